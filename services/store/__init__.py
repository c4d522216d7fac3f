"""Keeps every wording an article ever had, and says when one changed."""
