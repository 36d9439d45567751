"""Papers about vehicles: fuel, charging elsewhere, logbooks."""
