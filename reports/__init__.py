"""Documents and charts: PDF, XLSX, HTML mail."""
