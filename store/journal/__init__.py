"""The append-only journal of OCPP frames, in files."""
