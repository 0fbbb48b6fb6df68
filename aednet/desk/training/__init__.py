"""The desk's pages of the training days: planning them, asking people, seats, and who was there."""
