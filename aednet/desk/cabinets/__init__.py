"""The cabinets at the desk: the list of them, one cabinet's page and form, and what is done for it."""
