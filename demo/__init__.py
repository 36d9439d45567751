"""A simulated district that speaks the real protocols to the service."""
