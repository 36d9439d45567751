"""Papers on shares: a year's statement of a municipality or an operator, as PDF, workbook and for programs."""
