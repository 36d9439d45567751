"""What the settings of a charge point should be, beside what they are."""
