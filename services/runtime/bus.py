"""The only file that knows Celery: it carries the ids of ledger rows to the service that handles them.

A hint is best effort. A thread of its own publishes it, so that a slow or absent Redis is never in the way of an
answer to a user, and hints that come close together travel as one.
"""

import gc
import os
import threading
import time
import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from signal import SIGKILL
from typing import TYPE_CHECKING, Literal

import structlog
from celery import Celery, signals
from celery.exceptions import SecurityWarning
from celery.utils.nodenames import host_format
from kombu.entity import Queue
from redis.exceptions import ResponseError

from services.contracts.messages import Lane
from services.contracts.wiring import HANDLERS, KINDS, SERVICES
from services.runtime import broker, crash, instances, liveness, metrics
from services.runtime.broker import PREFIX, TASK
from services.runtime.parent import die_with_parent
from services.runtime.settings import runtime_settings

SPACING: dict[Lane, float] = {"live": 0.05, "bulk": 0.25}
"""Seconds between two rounds of hints of one process: at idle a hint leaves at once, under load they gather. Nobody
waits for a page of the bulk lane, and a hop through Celery costs half as much as reading one."""
TOGETHER: dict[Lane, int] = {"live": 50, "bulk": 3}
"""Ids that one hint may carry at most: a worker that reads one of the bulk lane must soon look at the live lane again,
and has reserved one more of them by then."""
MAX_WAITING = 20_000
"""Ids that may wait for Redis in this process; beyond them the sweep is quicker anyway."""
HARD_LIMIT = 30
"""Seconds after which a prefork worker is killed in its work. A soft limit does not interrupt lxml."""
MAX_MEMORY = 400_000
"""Kilobytes after which a prefork worker is replaced once its work is done."""


if TYPE_CHECKING:
    from services.runtime.in_flight import InFlight

Pool = Literal["prefork", "threads", "solo"]

log = structlog.get_logger()


def queue_name(service: str, lane: Lane) -> str:
    """The queue of a service and lane: `parser`, `parser.bulk`."""
    return service if lane == "live" else f"{service}.{lane}"


QUEUES = tuple(queue_name(service, lane) for service in SERVICES for lane in ("live", "bulk"))


@cache
def app() -> Celery:
    """The Celery application, set up so that it only ever carries hints; docs/architecture.md has the reasons."""
    broker.stand_at_the_gate()
    made = Celery("dateline", broker=runtime_settings().redis_url or "memory://", set_as_current=False)
    made.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        # Recovery is the ledger's. Late acknowledgement would add poison loops and duplicates, and no safety.
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        task_create_missing_queues=False,
        task_queues=[Queue(name, routing_key=name) for name in QUEUES],  # type: ignore[no-untyped-call]
        task_default_queue=QUEUES[0],
        task_time_limit=HARD_LIMIT,
        task_publish_retry=False,
        worker_max_memory_per_child=MAX_MEMORY,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        broker_heartbeat=0,
        broker_pool_limit=2,
        broker_transport_options={
            "global_keyprefix": PREFIX,
            "priority_steps": [0],
            # Queues are read in the order given: the live lane before the bulk lane.
            "queue_order_strategy": "priority",
            # Without timeouts a hung Redis blocks a publisher for ever.
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "retry_on_timeout": False,
            "client_name": "dateline",
        },
    )
    made.task(name=TASK)(_handle)
    return made


def hint(kind: str, lane: Lane, ids: Sequence[int]) -> None:
    """Reminds the service that handles this kind; returns at once, whatever Redis does."""
    if runtime_settings().redis_url:
        _hinter(os.getpid(), lane).hint(kind, ids)


def flush(timeout: float = 2.0) -> bool:
    """Waits until this process's hints are on their way; False when the time is over first."""
    return not runtime_settings().redis_url or all(_hinter(os.getpid(), lane).flush(timeout) for lane in TOGETHER)


def depths() -> dict[str, int]:
    """How many hints wait in each queue; raises what kombu raises when Redis does not answer."""
    with app().connection_or_acquire() as connection:
        client = connection.default_channel.client
        try:
            with client.pipeline(transaction=False) as asked:
                for name in QUEUES:
                    asked.llen(name)
                return dict(zip(QUEUES, asked.execute(), strict=True))
        except ResponseError as trouble:
            if not broker.cleared(client, trouble):
                raise
            return dict.fromkeys(QUEUES, 0)


def run_worker(
    services: Sequence[str],
    *,
    pool: Pool,
    concurrency: int,
    name: str,
    in_flight: int = 0,
    patience: float | None = None,
) -> None:
    """Runs a Celery worker for these services until it is told to stop, or has been stuck for `patience` seconds.

    `in_flight`: how many requests to newsrooms it may wait for at a time, beside what Celery hands it.
    """
    queues = [queue_name(service, lane) for lane in ("live", "bulk") for service in services]
    from services.runtime import forgotten  # noqa: PLC0415 - the ledger says, saying hints, hinting is here

    liveness.begin()
    forks = forgotten.end_leases_of_dead_children if pool == "prefork" else None
    instances.begin(name, ended := threading.Event(), forks)
    signals.worker_init.connect(_ready, weak=False)
    signals.worker_process_init.connect(_ready, weak=False)
    main = os.getpid()

    # Without its main process a child is heard by nobody, and one that is stopped would stay for ever.
    def follow(**_signal: object) -> None:
        die_with_parent(SIGKILL, main)

    signals.worker_process_init.connect(follow, weak=False)
    signals.worker_shutting_down.connect(_stop, weak=False)
    _clear(but=QUEUES)
    patience = patience or liveness.patience(services)
    _watch(queues, patience)
    requests = _begin_requests(in_flight, patience) if in_flight else None
    import celery.apps.worker  # noqa: PLC0415 - who only says hints needs no worker

    celery.apps.worker.safe_say = _says_nothing
    # Of root it warns because of pickles, and we accept none.
    warnings.simplefilter("ignore", SecurityWarning)
    # Not by Celery's command line, which would load all there is of it, a prompt with completion among the rest.
    worker = app().Worker(
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
        ended.set()
        instances.end()


def _begin_requests(in_flight: int, patience: float) -> "InFlight":
    from services.runtime.surprises import stopping  # noqa: PLC0415 - the worker says, saying hints, hinting is here
    from services.runtime.worker import begin_in_flight  # noqa: PLC0415 - as above

    requests = begin_in_flight(in_flight)
    signals.worker_shutting_down.connect(lambda **_signal: requests.stop(), weak=False)
    hung = (requests.hung_for, stopping, patience)
    threading.Thread(target=liveness.watch_requests, args=hung, name="watch.requests", daemon=True).start()
    return requests


def _says_nothing(_words: str, _file: object = None) -> None:
    """In the place of Celery's "worker: Warm shutdown (MainProcess)": that we end is ours to say."""


def _clear(*, but: Sequence[str] = ()) -> None:
    # Whoever starts, or fails, finds nothing there that somebody else has left; when Redis is away, so is all that.
    with suppress(Exception), app().connection_for_read() as connection:
        broker.clear(connection.default_channel.client, but)


def _watch(queues: Sequence[str], patience: float) -> None:
    from services.runtime.surprises import stopping  # noqa: PLC0415 - the worker says, saying hints, hinting is here

    def waiting() -> int:
        found = depths()
        return sum(found[queue] for queue in queues)

    threading.Thread(target=liveness.watch, args=[waiting, stopping, patience], name="watch", daemon=True).start()


def _handle(kind: str, ids: list[int]) -> None:
    from services.runtime.worker import handle  # noqa: PLC0415 - as above

    handle(kind, ids)


def _stop(**_signal: object) -> None:
    from services.runtime.surprises import stopping  # noqa: PLC0415 - as above

    stopping.set()


def _ready(**_signal: object) -> None:
    # What is loaded by now stays for good: the collector need not look at it again (about a tenth of parsing time).
    gc.collect()
    gc.freeze()


class _Hinter:
    """The thread of a process that publishes the hints of one lane."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._waiting: dict[str, list[int]] = {}
        self._publishing = False
        self._lost = False
        self._changed = threading.Condition()
        threading.Thread(target=self._publish_for_ever, name=f"hints.{lane}", daemon=True).start()

    def hint(self, kind: str, ids: Sequence[int]) -> None:
        with self._changed:
            if sum(map(len, self._waiting.values())) < MAX_WAITING:
                self._waiting.setdefault(kind, []).extend(ids)
                self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._publishing, timeout)

    def _publish_for_ever(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                waiting, self._waiting, self._publishing = self._waiting, {}, True
            for kind, ids in waiting.items():
                queue = queue_name(HANDLERS[KINDS[kind]].service, self._lane)
                together = min(HANDLERS[KINDS[kind]].together, TOGETHER[self._lane])
                for start in range(0, len(ids), together):
                    self._publish(queue, kind, ids[start : start + together])
            with self._changed:
                self._publishing = False
                self._changed.notify_all()
            time.sleep(SPACING[self._lane])

    def _publish(self, queue: str, kind: str, ids: list[int]) -> None:
        try:
            app().send_task(TASK, args=[kind, ids], queue=queue, retry=False)
        except Exception as trouble:  # noqa: BLE001 - kombu, redis and the socket each have their own; all mean the same
            metrics.HINTS.labels("lost").inc()
            if not self._lost:
                log.warning("hint_lost", queue=queue, error=str(trouble)[:200], advice="the sweep will carry the work")
            self._lost = True
            if broker.is_wrong_type(trouble):
                _clear()
        else:
            crash.at(f"{kind}:hinted")
            metrics.HINTS.labels("sent").inc()
            self._lost = False


@cache
def _hinter(_pid: int, lane: Lane) -> _Hinter:
    return _Hinter(lane)
