"""What the public may know of revenue shares: energy, money and CO2 by municipality, as pages and open data."""
