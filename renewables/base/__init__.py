"""What counts as a plant's energy in a year: fed in or not, metered or stated, alone or behind a common meter."""
