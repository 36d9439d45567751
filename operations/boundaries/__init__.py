"""Boundaries of municipalities, and whose land lies around and under plants."""
