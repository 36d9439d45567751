"""Persistence: time series, ledger, journal. The only package that knows a database."""
