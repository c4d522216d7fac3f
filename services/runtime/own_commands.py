"""Commands of ours that a service begins in a process of their own: what takes longer than any message may."""

import subprocess
import sys
import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger()


def begin_command(*words: str, ended: Callable[[int], None] = lambda _status: None) -> None:
    """Begins `dateline WORDS`, which nobody waits for; `ended` is told its exit status, of a signal as a negative."""
    command = [sys.executable, "-m", "services.cli", *words]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - our own command
    threading.Thread(target=_wait_for, args=[process, words[0], ended], name=words[0], daemon=True).start()


def _wait_for(process: "subprocess.Popen[bytes]", name: str, ended: Callable[[int], None]) -> None:
    status = process.wait()
    ended(status)
    tell = log.info if status == 0 else log.error
    tell(f"{name}_ended" if status == 0 else f"{name}_failed", status=status)
