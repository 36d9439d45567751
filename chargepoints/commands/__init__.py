"""Our messages to stations: what each kind of command is in each OCPP version."""
