"""How places draw power: typical days, duration, peaks, base load."""
