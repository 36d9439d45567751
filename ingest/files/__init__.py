"""Files of readings: tables of text or spreadsheets, understood by a declared mapping."""
