"""What people may ask of the data about them: a copy, and that it is forgotten."""
