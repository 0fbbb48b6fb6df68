"""The network in memory and the questions it answers: which cabinet is nearest, where coverage is thin."""
