"""Servers on loopback: these tests are about servers."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.demo.moody_newsroom import MoodyNewsroom
from tests.fakes.subscriber import Subscriber


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self):
        self.now = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

    def __call__(self):
        return self.now

    def passes(self, **span):
        self.now += timedelta(**span)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def newsroom(clock):
    newsroom = MoodyNewsroom(now=clock)
    newsroom.start()
    yield newsroom
    newsroom.stop()


@pytest.fixture
def subscriber():
    subscriber = Subscriber()
    subscriber.start()
    yield subscriber
    subscriber.stop()


@pytest.fixture
def client():
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield client
