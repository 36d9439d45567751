"""The embedded time series: readings in one DuckDB file, written by one thread, sorted while it runs."""
