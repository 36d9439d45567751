"""The words every other package speaks: quantities, readings, periods, inventory, facts, ports.

Imports nothing of Kreiswatt and does no I/O.
"""
