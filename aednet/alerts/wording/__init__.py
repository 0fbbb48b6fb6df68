"""What messages say, and what they are about."""
