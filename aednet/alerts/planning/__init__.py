"""Who is to be told of what and when: as pure functions, and as set-based SQL that agrees with them."""
