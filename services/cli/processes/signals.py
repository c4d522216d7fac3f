"""Ctrl-C ends a command cleanly: what was under way is finished, and the exit status is 0."""

import signal
import threading


def stop_on_signals() -> threading.Event:
    """Set as soon as the process is asked to stop, by Ctrl-C or by whoever runs it."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
