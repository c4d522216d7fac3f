"""One of a kind at a time: a lock on a file, held for as long as the process lives."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.contracts.errors import UserError


@contextmanager
def only_one(file: Path, refusal: str) -> Iterator[None]:
    """Holds the lock; a `UserError` with this sentence when somebody else does."""
    with file.open("w") as lock:
        try:
            # Not `flock`, which a fork would go on holding.
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise UserError(refusal) from None
        yield
