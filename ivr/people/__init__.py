"""Who may do what: accounts, roles, signing in, and how far somebody's rights reach."""
