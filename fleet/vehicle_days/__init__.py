"""What vehicles told and did: days, distance, energy, consumption, standing, battery."""
