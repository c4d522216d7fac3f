"""The event log: what happened, in one gapless sequence, each event with the bytes that subscribers are sent.

Any service appends to it, in the transaction that makes the event true. What concerns one owner alone is private: it
has a body, no public sequence, and no place in any list.
"""
