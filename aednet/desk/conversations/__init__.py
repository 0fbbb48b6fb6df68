"""The desk's pages of the messages: what waits for a person, and what was said with each of the people."""
