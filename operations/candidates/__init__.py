"""Which combustion vehicle to replace next, and with what."""
