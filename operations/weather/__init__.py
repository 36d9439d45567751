"""Degree days, and consumption as it would have been in usual weather."""
