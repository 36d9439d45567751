"""How everything comes to Grafana: what is there, what differs, what is written, what became of it."""
