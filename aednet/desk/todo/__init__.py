"""What needs doing in the caller's areas, the most urgent first: as a page, and as a calendar feed."""
