"""How much the grid's electricity emits, hour by hour."""
