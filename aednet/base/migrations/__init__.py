"""Every step the schema has taken, from the first table on."""
