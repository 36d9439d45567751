"""Who may ask: accounts, tokens, signing in, and the audit of what was changed."""
