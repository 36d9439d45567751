"""Whose the power of roofs was, and what it saved."""
