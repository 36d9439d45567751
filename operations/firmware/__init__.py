"""The firmware library."""
