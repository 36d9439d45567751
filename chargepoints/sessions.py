"""Assembly of charge sessions from decoded frames: order-independent, idempotent, no I/O."""
