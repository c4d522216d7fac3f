"""Trouble of the service itself: noticed, announced when it begins and when it ends, and listed meanwhile."""
