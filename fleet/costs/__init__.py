"""What vehicles cost, and what the THG-Quote brings."""
