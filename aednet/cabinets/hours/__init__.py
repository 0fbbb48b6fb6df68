"""When a cabinet can be reached: reading what people write, and whether it is open at an instant."""
