"""The time series in InfluxDB, behind our own spool on disk."""
