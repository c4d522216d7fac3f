"""Forked child processes: they start at once, and share in memory what was loaded before."""

import multiprocessing
import os
import signal
from collections.abc import Callable

from setproctitle import setproctitle

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
    setproctitle(f"dateline {name}")
    work()
