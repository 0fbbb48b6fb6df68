"""Who looks after a cabinet: guardians and deputies, who is away, who stands in, who takes over."""
