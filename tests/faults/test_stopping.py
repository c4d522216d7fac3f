"""The whole service is told to stop, or is killed, under load; the next start goes on where it was."""

import signal

import pytest
from faults.world import world

pytestmark = pytest.mark.e2e

STORIES = 60


def test_a_stop_under_load_is_graceful_and_redoes_nothing_that_anybody_sees():
    """It ends by itself with status 0, force or no force; in the end nobody was told anything twice."""
    with world() as made:
        made.newsroom.pages += STORIES
        made.service.waits_for(lambda: made.rows("SELECT 1 FROM deliveries"), "the first deliveries")
        assert made.service.ends(signal.SIGTERM) == 0
        assert len(made.subscriber.events) <= STORIES
        made.service.starts()
        made.settles()
        told = [each.id for each in made.subscriber.events]
        assert len(told) == len(set(told)) == STORIES


@pytest.mark.long
def test_everything_is_killed_at_once_and_started_again():
    """As by a power cut, but for the disk: up, workers, sweeper and web app are gone in the same moment."""
    with world() as made:
        made.newsroom.pages += STORIES
        made.service.waits_for(lambda: made.rows("SELECT 1 FROM deliveries"), "the first deliveries")
        made.service.is_killed()
        made.service.starts()
        made.settles()
