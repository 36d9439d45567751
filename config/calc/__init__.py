"""What `kreiswatt calc` is given: forms of its three inputs, in the units people have them in."""
