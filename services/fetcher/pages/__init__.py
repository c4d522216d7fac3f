"""Every page can be found: the frontier as a list."""
