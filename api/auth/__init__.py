"""Who may what: accounts, sessions, tokens, roles."""
