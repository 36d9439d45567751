"""What dashboards draw, published into the time series: one file a subject.

What is published holds no token of a tag and nothing personal: dashboards are read by many.
"""
