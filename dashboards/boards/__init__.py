"""The dashboards, one file each: a value that `dashboards.model` makes Grafana's JSON of."""
