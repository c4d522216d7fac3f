"""How commands show what they found: tables, JSON, articles, and the one sentence of a refusal."""
