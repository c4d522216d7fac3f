"""`kill -9` of every process at every step of the path: nothing is lost, nothing is told under two ids."""

import contextlib

import httpx
import psutil
import pytest

from tests.faults.world import PATIENCE

pytestmark = pytest.mark.e2e

PATH = ("PollChannel", "FetchPage", "ParsePage", "SaveArticle", "Announce", "Deliver")
AGAIN = ("Reingest", "ParsePage")
MOMENTS = ("claimed", "handled", "committed", "woken")
# The fetcher claims polls by itself when they are due: nobody need wake-up them.
PLACES = [f"{kind}:{moment}" for kind in PATH for moment in MOMENTS if (kind, moment) != ("PollChannel", "woken")]
PLACES += ["capture:written", "capture:kept"]
# Of every process, and of every moment, at least one.
SOME = ("PollChannel:committed", "capture:written", "ParsePage:woken", "ParsePage:claimed")
SOME += ("SaveArticle:handled", "Announce:woken", "Deliver:handled", "sweep:taken")


def test_all_who_handle_a_message_are_killed_at_some_step(world):
    """Before the work, in the transaction, after it, after the wake-up; over a capture, and over a sweep."""
    world.kills_at(SOME)
    world.settles()


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("on", ["world", "world_on_postgresql"])
def test_one_is_killed_at_one_place(request, on, place):
    """The same one by one, on each database, so that what breaks has a name."""
    world = request.getfixturevalue(on)
    world.kills_at([place])
    world.settles()


@pytest.mark.long
@pytest.mark.parametrize("on", ["world", "world_on_postgresql"])
def test_the_sweeper_is_killed_over_what_another_death_left_to_it(request, on):
    """Who fetched a page dies before its capture is woken; the sweeper has it in hand, and dies, too."""
    world = request.getfixturevalue(on)
    world.kills_at(["FetchPage:committed", "sweep:taken"])
    world.settles()


@pytest.mark.long
def test_a_reingestion_counts_every_page_once_though_all_who_work_on_it_are_killed(world):
    """The web app that took the order, and those who walk and read, at each moment."""
    world.orders_kills([f"{kind}:{moment}" for kind in AGAIN for moment in MOMENTS])
    with contextlib.suppress(httpx.TransportError):  # the web app dies when it has reminded the walk
        world.service.client.post(
            "/admin/reingestions", json={"scope": {"all": True}, "mode": "reparse", "reason": "-"}
        )
    world.waits_for_kills()
    [order] = world.service.waits_for(lambda: world.rows("SELECT id FROM reingestions WHERE state = 'done'"), "its end")
    world.settles()
    counts = world.service.get(f"/admin/reingestions/{order[0]}")
    assert counts["planned"] == counts["outcomes"]["unchanged"] == world.newsroom.pages


def test_whole_processes_are_killed_and_started_again(world):
    """Parser, web app and sweeper, with all their children, in the middle of the news; these go with their parent."""
    for words in (["worker", "parser"], ["web"], ["sweep"]):
        world.makes_news(3)
        [main] = world.service.waits_for(lambda words=words: world.service.children(*words), "the process")
        children = main.children(recursive=True)
        main.kill()
        psutil.wait_procs([main, *children], timeout=PATIENCE)
        assert not any(entry.is_running() for entry in children)
    world.settles()
