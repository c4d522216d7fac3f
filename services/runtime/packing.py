"""gzip members for the archive: by a fast implementation where there is a wheel for this machine, else by Python's own.

What either writes, `gzip`, `zcat` and every tool of the trade read; which of the two wrote a file, nobody can tell.
"""

import gzip
from collections.abc import Callable

LEVEL = 4
"""Of zlib: a twentieth larger than its best, in half the time."""
FAST_LEVEL = 3
"""Of ISA-L: a twentieth larger than zlib at `LEVEL`, in a third to a sixth of the time."""


def _fast() -> Callable[..., bytes] | None:
    try:
        from isal import igzip  # noqa: PLC0415 - there is no wheel for every processor
    except ImportError:
        return None
    compress: Callable[..., bytes] = igzip.compress
    return compress


fast = _fast()


def pack(plain: bytes) -> bytes:
    """One gzip member, without a time, so that the same bytes give the same member."""
    return fast(plain, FAST_LEVEL, mtime=0) if fast else gzip.compress(plain, LEVEL, mtime=0)
