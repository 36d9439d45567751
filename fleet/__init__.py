"""Vehicles, trips, matching, emissions savings, candidates (pure calculation)."""
