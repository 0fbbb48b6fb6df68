"""The desk's pages of the areas: what they are called, where their borders run, what moves with these."""
