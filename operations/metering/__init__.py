"""Meters and their lives: exchanges, readings, corrections, gaps, and what is proposed."""
