"""Plants, geometry and local revenue shares (pure calculation)."""
