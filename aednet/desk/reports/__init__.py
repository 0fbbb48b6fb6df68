"""What people reported of cabinets, to read and to close."""
