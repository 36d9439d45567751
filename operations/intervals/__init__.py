"""Quarter hours and days: computing them, again where something changed, and what they add up to."""
