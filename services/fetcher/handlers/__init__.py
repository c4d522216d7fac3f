"""The handlers of the fetcher: one module for each kind of work."""
