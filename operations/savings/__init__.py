"""What driving electric avoided: stated by the month, kept in versions."""
