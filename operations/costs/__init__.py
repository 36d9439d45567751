"""What energy costs: by tariff, against budget, bill, last year and other places."""
