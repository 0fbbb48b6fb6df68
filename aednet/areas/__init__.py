"""The areas: neighbourhoods and villages whose residents drew their borders, kept as editable rows."""
