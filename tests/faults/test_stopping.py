"""The whole service is told to stop, or is killed, under load; the next start goes on where it was."""

import signal

import pytest

pytestmark = pytest.mark.e2e

STORIES = 60


def test_a_stop_under_load_is_graceful_and_redoes_nothing_that_anybody_sees(world):
    """It ends by itself with status 0, force or no force; in the end nobody was told anything twice."""
    before = gets_busy(world)
    assert world.service.ends(signal.SIGTERM) == 0
    assert len(world.subscriber.events) <= before + STORIES
    world.service.starts()
    world.settles()
    ids = [event.id for event in world.subscriber.events[before:]]
    assert len(ids) == len(set(ids)) == STORIES


@pytest.mark.long
@pytest.mark.parametrize("on", ["world", "world_on_postgresql"])
def test_everything_is_killed_at_once_and_started_again(request, on):
    """As by a power cut, but for the disk: up, workers, sweeper and web app are gone in the same moment."""
    world = request.getfixturevalue(on)
    gets_busy(world)
    world.service.is_killed()
    world.service.starts()
    world.settles()


def gets_busy(world):
    """Stories come, and the first of them have been told; how many events there were before."""
    world.settles()
    before = len(world.subscriber.events)
    world.newsroom.pages += STORIES
    world.service.waits_for(lambda: len(world.subscriber.events) > before, "the first deliveries")
    return before
