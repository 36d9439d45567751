"""InfluxQL as InfluxDB 1.x speaks it, answered from the embedded store: text → tree → SQL and rows."""
