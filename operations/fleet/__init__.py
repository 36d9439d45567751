"""The fleet: whose sessions were whose, what vehicles did each day, and what comes of it."""
