"""The messages that must be handled: written, claimed, completed, tried again, and swept up when a worker died."""
