"""Hosts that accept connections and never answer keep nobody's news waiting."""

import contextlib
import socket
import threading
import time

import pytest

from tests.fakes.generated import GeneratedNewsroom
from tests.support import service

pytestmark = pytest.mark.e2e

HEALTHY, SILENT = 3, 20
ROUNDS = 3
SETTINGS = {"DATELINE_FETCHER_LISTING_INTERVAL": "1", "DATELINE_FETCHER_REVISIT_SCALE": "0.1"}
SLACK = 3.0
"""Seconds that a machine which is busy with other things may add to the rounds."""


class SilentHost:
    """Takes every connection and whatever is sent on it, and says nothing."""

    def __init__(self):
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=100)
        self._taken = []
        self._taking = threading.Thread(target=self._take, daemon=True)
        self._taking.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}/sitemap.xml"

    @property
    def asked(self):
        return len(self._taken)

    def closes(self):
        self._listening.shutdown(socket.SHUT_RDWR)
        self._taking.join()
        for entry in (self._listening, *self._taken):
            entry.close()

    def _take(self):
        with contextlib.suppress(OSError):
            while True:
                self._taken.append(self._listening.accept()[0])


def test_news_from_three_hosts_comes_as_soon_beside_twenty_silent_ones(tmp_path):
    """It took minutes: each silent host held one of four threads for half a minute, again and again."""
    with contextlib.ExitStack() as left:
        newsrooms = [GeneratedNewsroom(1) for _ in range(HEALTHY)]
        for newsroom in newsrooms:
            newsroom.start()
            left.callback(newsroom.stop)
        sitemap = f"{newsrooms[0].url}/sitemap.xml"
        running = left.enter_context(service.running(tmp_path, "sitemap", sitemap, **SETTINGS))
        for number, newsroom in enumerate(newsrooms[1:], 1):
            watches(running, f"newsroom-{number}", f"{newsroom.url}/sitemap.xml")
        running.waits_for(lambda: len(running.articles()) == HEALTHY, "the first look")

        usual = sum(seconds_of_news(running, newsrooms) for _ in range(ROUNDS))
        silent = [SilentHost() for _ in range(SILENT)]
        for number, host in enumerate(silent):
            left.callback(host.closes)
            watches(running, f"silent-{number}", host.url)
        running.waits_for(lambda: any(host.asked for host in silent), "a look at a silent host")
        beside = sum(seconds_of_news(running, newsrooms) for _ in range(ROUNDS))
        assert beside <= 2 * usual + SLACK, (usual, beside)
        running.waits_for(lambda: all(host.asked for host in silent), "a look at each", seconds=120)


def watches(running, name, url):
    running.post("/sources", 201, json={"name": name, "channels": [{"kind": "sitemap", "url": url}]})


def seconds_of_news(running, newsrooms):
    """From the publication of a story in each newsroom until all of them are stored."""
    published = {newsroom.address(newsroom.publishes()) for newsroom in newsrooms}
    began = time.monotonic()
    running.waits_for(lambda: published <= {article["url"] for article in running.articles()}, "the news", seconds=120)
    return time.monotonic() - began
