"""A Celery worker that is good for one thing: it hands each wake-up on, and ends when it is told to, or is stuck."""

import gc
import os
import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from signal import SIGKILL
from typing import Literal, Protocol

from celery import signals
from celery.exceptions import SecurityWarning
from celery.utils.nodenames import host_format

from services.contracts.messages import Lane
from services.runtime import liveness
from services.runtime.celery import wake_ups
from services.runtime.child_processes import die_with_parent

LANES: tuple[Lane, ...] = ("live", "bulk")

Pool = Literal["prefork", "threads", "solo"]


class PendingRequests(Protocol):
    """What waits for the network in threads of its own, beside what Celery hands on."""

    def stop(self) -> None: ...
    def end(self) -> None: ...
    def hung_for(self) -> float: ...


@dataclass(frozen=True)
class Duties:
    """What a worker does: with a wake-up, beside it, and when it is to take nothing more (`stopping` is set then)."""

    handle: Callable[[str, Sequence[int]], object]
    stopping: threading.Event
    begin_requests: Callable[[], PendingRequests] | None = None


def run(services: Sequence[str], duties: Duties, *, pool: Pool, concurrency: int, name: str, patience: float) -> None:
    """Runs a Celery worker for these services until it is told to stop, or has been stuck for `patience` seconds."""
    queues = [wake_ups.queue_name(service, lane) for lane in LANES for service in services]
    _follow_signals(duties.stopping)
    wake_ups.handled_by(duties.handle)
    wake_ups.clear(but=wake_ups.QUEUES)
    _watch(queues, duties.stopping, patience)
    requests = _begin_requests(duties, patience)
    import celery.apps.worker  # noqa: PLC0415 - who only sends wake-ups needs no worker
    import celery.platforms  # noqa: PLC0415 - as above

    celery.apps.worker.safe_say = _says_nothing
    # Where setproctitle is installed it calls each process "celeryd"; ours have names already.
    celery.platforms.set_mp_process_title = _keeps_its_title
    # Of root it warns because of pickles, and we accept none.
    warnings.simplefilter("ignore", SecurityWarning)
    # Not by Celery's command line, which would load all there is of it, a prompt with completion among the rest.
    worker = wake_ups.app().Worker(
        pool=pool,
        concurrency=concurrency,
        queues=queues,
        hostname=host_format(f"{name}@%h"),
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        loglevel="WARNING",
        quiet=True,
    )
    try:
        worker.start()
    finally:
        if requests:
            requests.end()


def _follow_signals(stopping: threading.Event) -> None:
    signals.worker_init.connect(_ready, weak=False)
    signals.worker_process_init.connect(_ready, weak=False)
    main = os.getpid()

    # Without its main process a child is heard by nobody, and one that is stopped would stay for ever.
    def follow(**_signal: object) -> None:
        die_with_parent(SIGKILL, main)

    signals.worker_process_init.connect(follow, weak=False)
    signals.worker_shutting_down.connect(lambda **_signal: stopping.set(), weak=False)


def _begin_requests(duties: Duties, patience: float) -> PendingRequests | None:
    if duties.begin_requests is None:
        return None
    requests = duties.begin_requests()
    signals.worker_shutting_down.connect(lambda **_signal: requests.stop(), weak=False)
    hung = (requests.hung_for, duties.stopping, patience)
    threading.Thread(target=liveness.watch_requests, args=hung, name="watch.requests", daemon=True).start()
    return requests


def _watch(queues: Sequence[str], stopping: threading.Event, patience: float) -> None:
    def waiting() -> int:
        depths = wake_ups.depths()
        return sum(depths[queue] for queue in queues)

    threading.Thread(target=liveness.watch, args=[waiting, stopping, patience], name="watch", daemon=True).start()


def _says_nothing(_words: str, _file: object = None) -> None:
    """In the place of Celery's "worker: Warm shutdown (MainProcess)": that we end is ours to say."""


def _keeps_its_title(*_words: object, **_names: object) -> None:
    """In the place of Celery's "[celeryd: …]": `ps` shows a process by the command that it is of."""


def _ready(**_signal: object) -> None:
    # What is loaded by now stays for good: the collector need not look at it again (about a tenth of parsing time).
    gc.collect()
    gc.freeze()
