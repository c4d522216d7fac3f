"""A child that goes on from here instead of beginning anew: it starts at once, and shares in memory what we loaded."""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable

from services.runtime.child_processes import die_with_parent

_FORKS = multiprocessing.get_context("fork")


class Fork:
    """Does its work in a session of its own, and is asked as a `subprocess.Popen` is.

    Whoever forks has one thread and holds no database open: a child inherits the locks of both and cannot release them.
    """

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        # A signal that comes now must not reach the child while it still has our handlers.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            self._process = _FORKS.Process(target=_live, args=(name, work, before, os.getpid()))
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self.pid: int = self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """Its exit status, or the signal that killed it as a negative number; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode


def _live(name: str, work: Callable[[], None], unblocked: set[signal.Signals], parent: int) -> None:
    os.setsid()
    die_with_parent(signal.SIGTERM, parent)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
    _be_called(f"dateline {name}")
    work()


def _be_called(title: str) -> None:
    """Shows this as the command line, to `ps` and to whoever looks for a process; only Linux can.

    The system shows the memory in which the arguments came. That its last byte is not zero tells it that this is text.
    """
    if sys.platform != "linux":
        return
    came = b"".join(os.fsencode(term) + b"\0" for term in sys.orig_argv)
    place = ctypes.c_void_p.in_dll(ctypes.CDLL(None), "program_invocation_name").value
    if place and ctypes.string_at(place, len(came)) == came:
        ctypes.memmove(place, title.encode()[: len(came) - 2].ljust(len(came) - 1, b"\0") + b"\1", len(came))
