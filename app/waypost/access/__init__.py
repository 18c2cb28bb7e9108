"""Who may do what: accounts, sessions, API keys, one-time links, and the audit log of it all."""
