"""News goes first: what a worker has taken up from the bulk lane, it gives back when news waits for it."""

import os
from functools import cache

import redis

from services.contracts.wiring import HANDLERS, KINDS
from services.runtime.celery import wake_ups
from services.runtime.celery.broker_gate import PREFIX
from services.runtime.settings import runtime_settings

PATIENCE = 0.5
"""Seconds that Redis has to answer; whoever does not hear of news goes on."""


def live_work_waits(kind: str) -> bool:
    """Whether a hint of the live lane waits for the service that hears this kind; False when Redis does not say."""
    url = runtime_settings().redis_url
    if not url:
        return False
    try:
        return bool(_redis(url, os.getpid()).llen(PREFIX + wake_ups.queue_name(HANDLERS[KINDS[kind]].service, "live")))
    except redis.RedisError:
        return False


@cache
def _redis(url: str, _pid: int) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
