"""Avoided emissions: formula, statement of a month, quarter hours, uncertainty."""
