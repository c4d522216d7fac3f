"""Who may do what: API keys with their scopes, and the sessions of people who signed in with one."""
