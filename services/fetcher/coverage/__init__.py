"""Coverage: whether every page that a source shows is stored, and why not."""
