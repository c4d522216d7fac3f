"""The transparency log over HTTP: checkpoints, leaves, and proofs that anybody can check."""
