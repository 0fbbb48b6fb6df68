"""Volunteers: how they register and consent, what they can and will do, and when."""
