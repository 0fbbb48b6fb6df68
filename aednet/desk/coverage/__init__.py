"""How well the cabinets reach the ground and the people, on the map and in figures, by hour of the week."""
