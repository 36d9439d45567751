"""The kreiswatt command: joins all parts and runs them."""
