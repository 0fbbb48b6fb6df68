"""Looking after a cabinet: inspections and what they find, the way back after use, the access code."""
