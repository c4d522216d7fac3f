"""The captures: each response as it was received, in one file named by the SHA-256 of its bytes."""
