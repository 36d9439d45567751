"""Charge points configured as declared: what the profiles want, what differs, and what has drifted."""
