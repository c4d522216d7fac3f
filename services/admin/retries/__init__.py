"""What is being retried, over HTTP."""
