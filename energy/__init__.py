"""Registers to intervals to totals, and their analysis: numpy and pandas, no I/O."""
