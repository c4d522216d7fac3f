"""The account of the whole installation: the one place that looks at every service's rows at once."""
