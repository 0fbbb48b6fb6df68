"""What must still be entered at HartslagNu, because it changed here."""
