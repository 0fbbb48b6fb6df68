"""The ground the rooms stand on: time, errors, the database and its transactions, keys, trails."""
