"""Charging cards."""
