"""The lists of cards inside charge points, for when they are offline."""
