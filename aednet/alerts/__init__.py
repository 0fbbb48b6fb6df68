"""Who is reminded of what and when, in which words, and what an answer means."""
