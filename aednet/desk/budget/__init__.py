"""What the network is expected to cost, and orders of pads and batteries."""
