"""Charge points that nobody knows yet: letting them in, adopting and refusing them."""
