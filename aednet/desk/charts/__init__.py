"""Charts of how the network is kept: readiness over time, what lapses in months ahead, and inspections."""
