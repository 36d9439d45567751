"""Quarter hours and days of the embedded time series, and the courses, totals and shares read from them."""
