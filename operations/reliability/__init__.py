"""How reliable charge points are: what happened at them, how available they were, what goes wrong, planned work."""
