"""What of the cabinets needs doing, in the order of its urgency."""
