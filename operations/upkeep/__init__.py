"""Keeping the house: backups, sorting, retention, publication, jobs."""
