"""Which missing pages were taken down: single removals, and many pages at once."""
