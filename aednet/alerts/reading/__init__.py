"""What a reply means, and what is to be done about it. Pure, and never a guess."""
