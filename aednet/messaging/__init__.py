"""The outbox: what is to be said to whom, said once; claims, providers, what came back, and what it costs."""
