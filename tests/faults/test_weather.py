"""Redis, the database file, the disk, the clock and the subscribers let the service down; nothing is lost by it."""

import contextlib
import resource
import sqlite3
import time
from datetime import timedelta

import pytest
import redis

from tests.fakes.subscriber import Subscriber
from tests.faults.world import INSISTENT

pytestmark = pytest.mark.e2e

long = pytest.mark.long


@pytest.mark.parametrize("seconds", [1, pytest.param(20, marks=long)])
def test_redis_is_stopped_and_comes_back_empty(world, seconds):
    """Meanwhile the API takes orders and answers; what was published meanwhile is late, no more."""
    world.redis.stops()
    world.makes_news(3)
    world.service.post("/sources/newsroom/poll", 202)
    assert world.service.get("/health/ready")["redis"] == "does not answer"
    time.sleep(seconds)
    world.redis.starts()
    world.settles()


def test_redis_is_emptied_again_and_again(world):
    with world.redis.client() as client:
        for _ in range(5):
            world.makes_news()
            client.flushall()
            time.sleep(0.5)
    world.settles()


@pytest.mark.parametrize("seconds", [3, pytest.param(20, marks=long)])
def test_redis_hangs(world, seconds):
    """It takes connections and never answers: nobody who asks the API has to wait for it."""
    world.redis.hangs()
    try:
        world.makes_news(3)
        world.service.post("/sources/newsroom/poll", 202)
        world.service.articles()
        time.sleep(seconds)
    finally:
        world.redis.goes_on()
    world.settles()


def test_redis_has_no_memory_left(world):
    """It refuses to take wake-ups, and workers may end over it; when it has room again, the sweep reminds of all."""
    with world.redis.client() as client:
        client.config_set("maxmemory", "1")
        with pytest.raises(redis.exceptions.OutOfMemoryError):
            client.set("one", "more")
        world.makes_news(3)
        time.sleep(2)
        client.config_set("maxmemory", "0")
    world.settles()


@pytest.mark.parametrize("seconds", [2, pytest.param(25, marks=long)])
def test_the_database_file_is_held_by_somebody_else(world, seconds):
    """Writers wait for their turn, up to 15 s, and then come back to it; readers do not notice."""
    file = world.service.state / "dateline.db"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN EXCLUSIVE")
        world.makes_news(3)
        world.service.articles()
        time.sleep(seconds)
        other.execute("ROLLBACK")
    world.settles()


@pytest.mark.parametrize("on", ["world", pytest.param("world_on_postgresql", marks=long)])
def test_the_disk_is_full_for_the_fetcher(request, on):
    """No file of it grows any more: captures and log are refused, and SQLite; then there is room again."""
    world = request.getfixturevalue(on)
    before = half_written(world)
    [fetcher] = world.service.waits_for(lambda: world.service.children("fetcher"), "the fetcher")
    _, most = resource.prlimit(fetcher.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(fetcher.pid, resource.RLIMIT_FSIZE, (4096, most))
    world.makes_news(3)
    time.sleep(3)
    resource.prlimit(fetcher.pid, resource.RLIMIT_FSIZE, (most, most))
    world.settles()
    assert half_written(world) <= before
    assert world.rows("SELECT count(*) FROM ledger WHERE dead_lettered_at IS NOT NULL") == [(0,)]


def half_written(world):
    """What is no capture; who was killed over one has left it."""
    return {file.name for file in world.files("archive") if not file.name.endswith(".warc.gz")}


def test_no_capture_can_be_written(world):
    """The place of the archive is taken by a file: no page is asked for, and it is said, until there is one again."""
    archive = world.service.state / "archive"
    aside = archive.rename(archive.with_name("aside"))
    archive.write_text("in the way")
    index = world.newsroom.publishes()
    world.service.waits_for(lambda: world.rows("SELECT reason FROM shut_gates WHERE name = 'archive'"), "a shut gate")
    ready = world.service.client.get("/health/ready")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert world.rows("SELECT count(*) FROM ledger WHERE kind = 'FetchPage' AND attempts > 1") == [(0,)]
    assert world.newsroom.address(index) not in {article["url"] for article in world.service.articles()}
    archive.unlink()
    aside.rename(archive)
    world.settles()


def test_a_capture_is_cut_short_on_disk(world):
    """It is noticed by its digest, dead-lettered with that reason, and kept again by the next look at the page."""
    world.settles()
    index = world.newsroom.publishes()
    address = world.newsroom.address(index)
    world.settles()
    [capture] = world.rows("SELECT capture FROM pages WHERE url = :url", url=address)[0]
    file = world.service.state / "archive" / capture[:2] / f"{capture}.warc.gz"
    file.write_bytes(file.read_bytes()[:1000])
    world.service.post("/admin/reingestions", 202, json=order("reparse", address))
    aside = "SELECT reason FROM ledger WHERE dead_lettered_at IS NOT NULL"
    [[reason]] = world.service.waits_for(lambda: world.rows(aside), "the refusal")
    assert "was changed on disk" in reason
    assert world.service.reingest("refetch", scope={"urls": [address]})["outcomes"]["unchanged"] == 1
    assert world.service.reingest("reparse", scope={"urls": [address]})["outcomes"]["unchanged"] == 1
    world.settles()


def order(mode, address):
    return {"scope": {"urls": [address]}, "mode": mode, "reason": "a test"}


def test_every_hint_comes_twice_in_any_order_and_a_second_sweeper_helps(world):
    """Whoever is reminded of what is not due, not free or not there any more does nothing; nobody is told twice."""
    world.settles()
    before = len(world.subscriber.events)
    with world.another("-m", "services.cli", "sweep"), world.another(*INSISTENT):
        for _ in range(4):
            world.makes_news(2)
            time.sleep(1)
        world.settles()
    ids = [event.id for event in world.subscriber.events[before:]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "step", [timedelta(hours=1), pytest.param(timedelta(seconds=-15), marks=long)], ids=["forward", "back"]
)
def test_the_clock_is_set(world, step):
    """Forward: leases end, plans are due at once. Back: what was planned waits as much longer; news comes through."""
    world.makes_news(3)
    world.clock_steps(step)
    world.makes_news(1)
    world.settles()


def test_a_subscriber_resets_and_then_answers_500_for_an_hour(world):
    """It is tried again and again; then everything comes, each article in its order."""
    world.settles()
    world.subscriber.resets(times=1)
    world.subscriber.answers(500, times=1_000)
    world.makes_news(1)
    attempts = "SELECT 1 FROM deliveries WHERE state = 'pending' AND attempts >= 4"
    world.waits_long_for(lambda: world.rows(attempts), "four attempts")
    world.newsroom.corrects(world.newsroom.pages - 1)
    world.subscriber.behaves()
    world.waits_long_for(lambda: not world.rows("SELECT 1 FROM deliveries WHERE state = 'pending'"), "what it is owed")
    world.settles()


@long
def test_a_subscriber_that_hangs_keeps_nobody_else_waiting(world):
    """Its attempts are ended after 15 s, and it is told later; the other one has everything meanwhile."""
    hanging = Subscriber()
    hanging.start()
    endpoint = world.service.post("/webhooks/endpoints", 201, json={"url": hanging.url}).json()
    hanging.trusts(endpoint["secret"])
    hanging.hangs(times=1_000)
    before = len(world.subscriber.events)
    world.makes_news(3)
    world.service.waits_for(lambda: len(world.subscriber.events) >= before + 4, "the others' events")
    assert hanging.events == []
    hanging.behaves()
    world.waits_long_for(lambda: len(hanging.events) >= 4, "what it was owed")
    world.service.client.delete(f"/webhooks/endpoints/{endpoint['id']}").raise_for_status()
    hanging.stop()
    world.settles()
