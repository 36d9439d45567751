"""The laws in force: what they let municipalities have of wind turbines and solar parks, and for which plants."""
