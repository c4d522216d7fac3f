"""Limits of what one page may cost, and the rejection of a page that costs more.

The C library that builds trees cannot be interrupted: nothing but the end of its process ends it. So the system is told
to end a process whose time is over, and a page that has ended one is read in a process of its own.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from services.contracts.article import Rejected
from services.parser.settings import parser_settings


@contextmanager
def limited() -> Iterator[None]:
    """Within, this process may use as many seconds of CPU as a page may cost; after that the system ends it."""
    signal.setitimer(signal.ITIMER_PROF, parser_settings().cpu_seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def too_costly() -> Rejected:
    """The verdict on a page that costs more."""
    seconds = parser_settings().cpu_seconds
    return Rejected(reason="too_costly", detail=f"To read the page takes more than {seconds:g} s of CPU, or 1 GB.")
