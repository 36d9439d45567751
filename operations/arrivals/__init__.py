"""What comes in: messages that could not be used, senders nobody knows, devices that are heard, files."""
