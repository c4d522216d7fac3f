"""PostgreSQL goes away, and cuts connections in the middle of transactions."""

import time

import pytest

from tests.faults.world import CUT

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("seconds", [2, pytest.param(30, marks=pytest.mark.long)])
def test_the_server_crashes_and_is_started_again(world_on_postgresql, seconds):
    """Meanwhile the API says that it cannot answer, and that nothing was changed."""
    world = world_on_postgresql
    world.makes_news(3)
    world.postgresql.crashes()
    refused = world.service.client.get("/articles")
    assert (refused.status_code, refused.json()["title"]) == (503, "Database not available")
    time.sleep(seconds)
    world.postgresql.starts()
    world.makes_news(3)
    world.settles()


def test_connections_are_cut_in_the_middle_of_everything(world_on_postgresql):
    """What was not committed is done again, what was committed is not."""
    world = world_on_postgresql
    for _ in range(20):
        world.makes_news()
        world.rows(CUT)
        time.sleep(0.1)
    world.settles()
