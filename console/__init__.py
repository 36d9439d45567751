"""The web console and the REST API; thin over the gate."""
