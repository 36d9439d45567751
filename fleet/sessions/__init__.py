"""Charge sessions: their quarter hours, whose they were, and what else says so."""
