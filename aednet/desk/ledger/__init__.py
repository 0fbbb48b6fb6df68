"""What changed here and has yet to be entered at HartslagNu: ticked off as somebody does so."""
