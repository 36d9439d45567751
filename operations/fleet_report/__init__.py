"""The month's report on the fleet: its figures, its documents, its sendings, and what is to be done."""
