"""Ctrl-C as a wish like any other: what was under way ends cleanly, with status 0."""

import signal
import threading


def stop_on_signals() -> threading.Event:
    """Set as soon as the process is asked to stop, by Ctrl-C or by whoever runs it."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
