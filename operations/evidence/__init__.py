"""Where each kind of figure comes from, and statements that are frozen."""
