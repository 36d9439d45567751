"""OCPP payloads to one domain vocabulary, a file per version; no I/O."""
