"""Plants and municipalities: who makes power where, by which rules, and with whom it is shared."""
