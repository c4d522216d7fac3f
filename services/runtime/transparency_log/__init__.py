"""The transparency log: a leaf for all that happened to an article, in a Merkle tree whose checkpoints are signed.

It needs nobody's word. Whoever holds one checkpoint finds out when anything from before it is changed, left out or
dated back. `tree`, `notes`, `leaf` and `proof` know neither database nor settings: they also check proofs elsewhere.
"""
