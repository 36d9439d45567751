"""What-if calculations with the engine of the statements, and the factors they use."""
