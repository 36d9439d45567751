"""Grafana dashboards as code, provisioning and push."""
