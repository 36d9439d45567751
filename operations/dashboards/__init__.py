"""Dashboards, as they are built into files, brought to Grafana and compared with it."""
