"""What consumables will cost, and what of them was ordered."""
