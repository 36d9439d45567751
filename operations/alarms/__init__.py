"""What needs somebody: what is watched, which alarms it raises, who is told."""
