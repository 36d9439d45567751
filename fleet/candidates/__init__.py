"""What comes next: days driven again, verdicts, quotas, what sites need, scenarios."""
