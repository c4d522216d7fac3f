"""Starts the processes of an installation, restarts what exits, and ends all it started."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

import structlog

from services.cli.processes.fork import Fork
from services.runtime.child_processes import die_with_parent

GRACE = 10.0
"""Seconds that a process has to finish what it holds after it was told to stop; then it is killed."""
RESTART_PAUSE = (0.2, 1.0, 2.0, 5.0, 15.0)
"""Seconds before the first, second … restart in a row; a process that lived for a minute starts again at the first."""
_SETTLED = 60.0
STEP, PAUSE = 0.1, 0.5
"""Seconds between two looks at the processes while there are steps to take besides, and from then on."""
_OVER = object()

log = structlog.get_logger()


@dataclass
class Process:
    """One child: what to run, and where the output of a command goes (our standard error when `output` is not set)."""

    name: str
    work: Sequence[str] | Callable[[], None]
    """A command line; or what a fork of ourselves shall do."""
    output: Path | None = None
    foundation: bool = False
    """Others stand on it: it is ended after them."""
    restarts: int = 0
    started_at: float = 0.0
    due_at: float = 0.0
    child: subprocess.Popen[bytes] | Fork | None = None

    def start(self) -> None:
        """Starts it in a session of its own, so that a Ctrl-C in the terminal reaches only us."""
        self.started_at = time.monotonic()
        self.child = Fork(self.name, self.work) if callable(self.work) else _run(self.work, self.output)

    def has_exited(self) -> bool:
        """Whether it was started and is gone."""
        return self.child is not None and self.child.poll() is not None

    def ask_to_end(self) -> None:
        """Tells it alone: a worker lets its children finish what they hold, and ends them then."""
        if self.child is not None:
            self.child.terminate()

    def kill(self) -> None:
        """Kills it and its children."""
        if self.child is not None:
            try:
                os.killpg(self.child.pid, signal.SIGKILL)
            except ProcessLookupError:
                return


class Supervisor:
    """Keeps processes running until `stop` is set; then ends them."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._processes: list[Process] = []

    def start(self, process: Process) -> None:
        """Starts one more process and keeps it running."""
        process.start()
        self._processes.append(process)

    def waits_for(self, process: Process) -> int | None:
        """The exit status of one that is to run only once; None when we are told to stop before it has ended."""
        while not process.has_exited():
            if self.stop.wait(0.01):
                return None
        self._processes.remove(process)
        return process.child.returncode if process.child else None

    def stop_on_signals(self) -> None:
        """SIGINT, SIGTERM and SIGHUP end everything; asking twice changes nothing."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def watch(self, besides: Iterator[None] | None = None) -> None:
        """Restarts what exits, until told to stop, and meanwhile goes on with this, a step at a time."""
        going_on, pause = besides or iter(()), STEP
        while not self.stop.wait(pause):
            pause = PAUSE if next(going_on, _OVER) is _OVER else STEP
            for process in self._processes:
                self._look_after(process)

    def end(self) -> None:
        """Ends everything: politely, and after the grace by force; what others stand on goes last."""
        self.stop.set()
        for foundation in (False, True):
            _end([p for p in self._processes if p.child and p.foundation is foundation])

    def _look_after(self, process: Process) -> None:
        now = time.monotonic()
        if process.child is not None and process.has_exited():
            process.kill()  # children of a dead worker must not go on without it
            process.restarts = 0 if now - process.started_at > _SETTLED else process.restarts
            pause = RESTART_PAUSE[min(process.restarts, len(RESTART_PAUSE) - 1)]
            process.restarts += 1
            process.due_at = now + pause
            log.warning("exited", process=process.name, status=process.child.returncode, restart_in=pause)
            process.child = None
        elif process.child is None and now >= process.due_at:
            self._restart(process)

    def _restart(self, process: Process) -> None:
        try:
            process.start()
        except OSError as trouble:  # no memory, no process to be had: both pass
            process.due_at = time.monotonic() + RESTART_PAUSE[-1]
            log.warning("not_started", process=process.name, error=str(trouble), again_in=RESTART_PAUSE[-1])

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop.set()


def _run(command: Sequence[str], log: Path | None) -> subprocess.Popen[bytes]:
    with log.open("ab") if log else nullcontext(sys.stderr) as output:
        return subprocess.Popen(  # noqa: S603 - our own command lines
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            # Should we be killed ourselves, the kernel tells the children.
            preexec_fn=partial(die_with_parent, signal.SIGTERM, os.getpid()),  # noqa: PLW1509 - two system calls
        )


def _end(processes: Sequence[Process]) -> None:
    for process in processes:
        process.ask_to_end()
    deadline = time.monotonic() + GRACE
    while not all(process.has_exited() for process in processes) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in processes:
        process.kill()  # also what a finished parent may have left behind
        if process.child:
            process.child.wait()
