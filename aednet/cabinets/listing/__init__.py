"""Long lists of cabinets, a page at a time: filters, orders and search that an index serves."""
