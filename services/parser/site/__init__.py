"""What no single page tells: what the pages of one site have in common, learned as a profile and used in reading."""
