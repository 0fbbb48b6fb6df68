"""Figures of the day and of the month, kept as they were, for the charts."""
