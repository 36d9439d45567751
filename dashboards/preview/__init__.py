"""A contact sheet of dashboards without Grafana: each panel from its own JSON and live data."""
