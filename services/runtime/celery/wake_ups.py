"""Wake-ups: Celery carries the ids of ledger rows to the service that handles them.

A wake-up is best effort. A thread of its own publishes it, so that a slow or absent Redis is never in the way of an
answer to a user, and wake-ups that come close together travel as one.
"""

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache

import structlog
from celery import Celery
from kombu.entity import Queue
from redis.exceptions import ResponseError

from services.contracts.messages import Lane
from services.contracts.wiring import KINDS, ROUTES, SERVICES
from services.runtime import fault_points, metrics
from services.runtime.celery import broker_gate
from services.runtime.celery.broker_gate import PREFIX, TASK
from services.runtime.settings import runtime_settings

SPACING: dict[Lane, float] = {"live": 0.05, "bulk": 0.25}
"""Seconds between two rounds of wake-ups of one process: at idle a wake-up leaves at once, under load they gather.
Nobody waits for a page of the bulk lane, and a hop through Celery costs half as much as reading one."""
AT_ONCE: dict[Lane, int] = {"live": 4, "bulk": 1}
"""Rounds that need no pause between them after a rest: one piece of news may take a process several of them."""
MAX_WAITING = 20_000
"""Ids that may wait for Redis in this process; beyond them the sweep is quicker anyway."""
HARD_LIMIT = 30
"""Seconds after which a prefork worker is killed in its work. A soft limit does not interrupt lxml."""
MAX_MEMORY = 400_000
"""Kilobytes after which a prefork worker is replaced once its work is done."""

log = structlog.get_logger()


def queue_name(service: str, lane: Lane) -> str:
    """The queue of a service and lane: `parser`, `parser.bulk`."""
    return service if lane == "live" else f"{service}.{lane}"


QUEUES = tuple(queue_name(service, lane) for service in SERVICES for lane in ("live", "bulk"))


@cache
def app() -> Celery:
    """The Celery application, set up so that it only ever carries wake-ups; docs/architecture.md has the reasons."""
    broker_gate.stand_at_the_gate()
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


def wake_up(kind: str, lane: Lane, ids: Sequence[int]) -> None:
    """Reminds the service that handles this kind; returns at once, whatever Redis does."""
    if runtime_settings().redis_url:
        _publisher(os.getpid(), lane).hint(kind, ids)


def flush(timeout: float = 2.0) -> bool:
    """Waits until this process's wake-ups are on their way; False when the time is over first."""
    return not runtime_settings().redis_url or all(_publisher(os.getpid(), lane).flush(timeout) for lane in SPACING)


def depths() -> dict[str, int]:
    """How many wake-ups wait in each queue; raises what kombu raises when Redis does not answer."""
    with app().connection_or_acquire() as connection:
        client = connection.default_channel.client
        try:
            with client.pipeline(transaction=False) as query:
                for name in QUEUES:
                    query.llen(name)
                return dict(zip(QUEUES, query.execute(), strict=True))
        except ResponseError as trouble:
            if not broker_gate.cleared(client, trouble):
                raise
            return dict.fromkeys(QUEUES, 0)


def handled_by(handle: Callable[[str, Sequence[int]], object]) -> None:
    """Says what a worker of this process does with a wake-up: kind and ids of the messages that are due."""
    global _handler  # noqa: PLW0603 - one worker in one process
    _handler = handle


_handler: Callable[[str, Sequence[int]], object] | None = None


def _handle(kind: str, ids: list[int]) -> None:
    if _handler:  # else this process only sends
        _handler(kind, ids)


def clear(*, but: Sequence[str] = ()) -> None:
    """Takes out of Redis what somebody else has left, but for these queues; when Redis is away, so is that."""
    with suppress(Exception), app().connection_for_read() as connection:
        broker_gate.clear(connection.default_channel.client, but)


class _Publisher:
    """The thread of a process that publishes the wake-ups of one lane."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._waiting: dict[str, list[int]] = {}
        self._publishing = False
        self._lost = False
        self._paid_until = 0.0
        self._changed = threading.Condition()
        threading.Thread(target=self._publish_for_ever, name=f"wake-ups.{lane}", daemon=True).start()

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
                queue = queue_name(ROUTES[KINDS[kind]].service, self._lane)
                route = ROUTES[KINDS[kind]]
                together = min(route.batch, route.in_bulk) if self._lane == "bulk" else route.batch
                for start in range(0, len(ids), together):
                    self._publish(queue, kind, ids[start : start + together])
            with self._changed:
                self._publishing = False
                self._changed.notify_all()
            time.sleep(self._pause(time.monotonic()))

    def _pause(self, now: float) -> float:
        """Seconds until the next round: each takes up one spacing, and some may be taken up in advance."""
        self._paid_until = max(now, self._paid_until) + SPACING[self._lane]
        return max(0.0, self._paid_until - now - (AT_ONCE[self._lane] - 1) * SPACING[self._lane])

    def _publish(self, queue: str, kind: str, ids: list[int]) -> None:
        try:
            app().send_task(TASK, args=[kind, ids], queue=queue, retry=False)
        except Exception as trouble:  # noqa: BLE001 - kombu, redis and the socket each have their own; all mean the same
            metrics.WAKE_UPS.labels("lost").inc()
            if not self._lost:
                log.warning(
                    "wake_up_lost", queue=queue, error=str(trouble)[:200], advice="the sweep will carry the work"
                )
            self._lost = True
            if broker_gate.is_wrong_type(trouble):
                clear()
        else:
            fault_points.fault_point(f"{kind}:woken")
            metrics.WAKE_UPS.labels("sent").inc()
            self._lost = False


@cache
def _publisher(_pid: int, lane: Lane) -> _Publisher:
    return _Publisher(lane)
