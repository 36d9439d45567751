"""The clock over scheduled operations."""
