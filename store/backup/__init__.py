"""Copies of the stores and the sealed file they go into."""
