"""Cabinets, the devices in them, their consumables and inspections, and what the public reports of them."""
