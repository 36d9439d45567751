"""Whose land lies around or under a plant: circles and outlines cut with boundaries, and their maps."""
