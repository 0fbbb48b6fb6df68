"""Where things are: points, extents, projections, distances, shapes; pure, and knows nothing of AEDs.

Positions come in as WGS84 degrees and are computed with in metres. It also knows where the shipped
layers lie and finds a place by its name without a network. Nothing here reads a request or a table.
"""
