"""What plants feed in: by their meters, and as their operators state it."""
