"""Files to domain values and back: settings, inventory, the example district."""
