"""The example network: 45 listed cabinets over the 24 shipped areas, one planned and one retired.

Every name, address, date and position in it is invented, from a fixed seed, so that whoever tries the
service sees each state a cabinet can be in. Its cabinets are stored as examples, and every screen says so.
What its people would be texted arrives on telephones that are pages, and its clock can be moved on.
"""
