"""Benchmarks: how long the work of a network takes beside other programs doing the same, as ratios."""
