"""What a soak draws from: one function for each fault, to be done to a world, some of its choices left to the dice."""

import contextlib
import random
import sqlite3
import time
from datetime import timedelta

import psutil

from services.runtime.celery.broker_gate import PREFIX
from services.runtime.celery.wake_ups import QUEUES
from tests.fakes import garbage
from tests.faults.test_kills import PLACES
from tests.faults.world import CUT, INSISTENT, World

SPELL = (0.5, 5.0)
"""Seconds that a fault lasts, if it lasts."""


def a_worker_is_killed(made: World, dice: random.Random) -> None:
    _kill(dice.choice(made.service.workers() or [None]))


def a_child_of_the_parser_is_killed(made: World, dice: random.Random) -> None:
    children = [child for parser in made.service.children("parser") for child in parser.children()]
    _kill(dice.choice(children or [None]))


def the_sweeper_is_killed(made: World, dice: random.Random) -> None:
    _kill(*made.service.children("sweep"))


def the_web_app_is_killed(made: World, dice: random.Random) -> None:
    _kill(*made.service.children("web"))


def somebody_is_killed_at_a_place(made: World, dice: random.Random) -> None:
    made.orders_kills([dice.choice(PLACES)])


def redis_restarts_empty(made: World, dice: random.Random) -> None:
    made.redis.stops()
    time.sleep(dice.uniform(*SPELL))
    made.redis.starts()


def redis_is_emptied(made: World, dice: random.Random) -> None:
    with made.redis.client() as client:
        client.flushall()


def redis_hangs(made: World, dice: random.Random) -> None:
    made.redis.hangs()
    time.sleep(dice.uniform(*SPELL))
    made.redis.goes_on()


def redis_has_no_memory_left(made: World, dice: random.Random) -> None:
    with made.redis.client() as client:
        client.config_set("maxmemory", "1")
        time.sleep(dice.uniform(*SPELL))
        client.config_set("maxmemory", "0")


def garbage_is_pushed_into_redis(made: World, dice: random.Random) -> None:
    queue = dice.choice(QUEUES)
    with made.redis.client() as client:
        if dice.random() < 0.3:
            garbage.takes_the_place_of(client, queue)
        else:
            client.lpush(f"{PREFIX}{queue}", *garbage.ELEMENTS)


def the_subscriber_refuses(made: World, dice: random.Random) -> None:
    made.subscriber.answers(dice.choice([500, 503, 404]), times=dice.randint(1, 5))


def the_subscriber_resets(made: World, dice: random.Random) -> None:
    made.subscriber.resets(times=dice.randint(1, 5))


def all_is_woken_twice(made: World, dice: random.Random) -> None:
    with made.another(*INSISTENT):
        time.sleep(dice.uniform(*SPELL))


def a_second_sweeper_helps(made: World, dice: random.Random) -> None:
    with made.another("-m", "services.cli", "sweep"):
        time.sleep(dice.uniform(*SPELL))


def the_clock_leaps(made: World, dice: random.Random) -> None:
    made.clock_steps(timedelta(seconds=dice.uniform(1, 30)))


def the_database_is_held(made: World, dice: random.Random) -> None:
    file = made.service.state / "dateline.db"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as other:
        other.execute("BEGIN EXCLUSIVE")
        time.sleep(dice.uniform(*SPELL))
        other.execute("ROLLBACK")


def postgresql_crashes(made: World, dice: random.Random) -> None:
    made.postgresql.crashes()
    time.sleep(dice.uniform(*SPELL))
    made.postgresql.starts()


def connections_are_cut(made: World, dice: random.Random) -> None:
    for _ in range(dice.randint(1, 5)):
        made.rows(CUT)
        time.sleep(0.1)


ANYWHERE = (
    a_worker_is_killed,
    a_child_of_the_parser_is_killed,
    the_sweeper_is_killed,
    the_web_app_is_killed,
    somebody_is_killed_at_a_place,
    redis_restarts_empty,
    redis_is_emptied,
    redis_hangs,
    redis_has_no_memory_left,
    garbage_is_pushed_into_redis,
    the_subscriber_refuses,
    the_subscriber_resets,
    all_is_woken_twice,
    a_second_sweeper_helps,
    the_clock_leaps,
)
FAULTS = {
    "sqlite": (*ANYWHERE, the_database_is_held),
    "postgresql": (*ANYWHERE, postgresql_crashes, connections_are_cut),
}


def _kill(*processes: psutil.Process | None) -> None:
    for process in filter(None, processes):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
