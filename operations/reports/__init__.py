"""Files and documents: exports, energy reports, totals by carrier."""
