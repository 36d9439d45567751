"""The OCPP central system: sockets, journal before answer, session assembly."""
