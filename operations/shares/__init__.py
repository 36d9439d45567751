"""Local revenue shares: settled each year, kept in versions, shown by municipality, operator and plant."""
