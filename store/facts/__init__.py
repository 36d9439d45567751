"""Published facts of the embedded time series."""
