"""News goes first: what a worker has taken up from the bulk lane, it gives back when news waits for it."""

import os
import time
from functools import cache

import redis

from services.contracts.wiring import KINDS, ROUTES
from services.runtime.celery import wake_ups
from services.runtime.celery.broker_gate import PREFIX
from services.runtime.settings import runtime_settings

PATIENCE = 0.5
"""Seconds that Redis has to answer; whoever does not hear of news goes on."""


MOMENT = 0.02
"""Seconds for which an answer counts: to ask costs a tenth of reading a page, and a page of news may wait so long."""

_answers: dict[tuple[int, str], tuple[float, bool]] = {}
"""Of each queue, in this process: until when the answer counts, and what it was."""


def live_work_waits(kind: str) -> bool:
    """Whether a wake-up of the live lane waits for the service that hears this kind; False when Redis does not say."""
    if not (url := runtime_settings().redis_url):
        return False
    queue = wake_ups.queue_name(ROUTES[KINDS[kind]].service, "live")
    until, waits = _answers.get((os.getpid(), queue), (0.0, False))
    if time.monotonic() >= until:
        waits = _ask(url, queue)
        _answers[os.getpid(), queue] = time.monotonic() + MOMENT, waits
    return waits


def _ask(url: str, queue: str) -> bool:
    try:
        return bool(_redis(url, os.getpid()).llen(PREFIX + queue))
    except redis.RedisError:
        return False


@cache
def _redis(url: str, _pid: int) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
