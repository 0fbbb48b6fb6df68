"""aednet keeps a neighbourhood's defibrillators and volunteers ready."""
