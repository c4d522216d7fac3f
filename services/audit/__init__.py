"""The audit: the one place that looks at the rows of every service at once, and checks that nothing is missing."""
