"""Charge points: how they are, and what they are asked to do."""
