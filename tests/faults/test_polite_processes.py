"""Several fetcher processes are as polite as one, measured where it counts: at the server."""

import contextlib
import itertools
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support import service

pytestmark = pytest.mark.e2e

PAGES, PACE, ANSWERS_AFTER = 24, 0.4, 0.1
SETTINGS = {"DATELINE_FETCHER_PACE": str(PACE), "DATELINE_FETCHER_FEED_INTERVAL": "2"}


class SlowNewsroom:
    """Answers a little later, and remembers when each request came and how many there were at that moment."""

    def __init__(self):
        self.came, self.at_once, self._now, self._lock = [], [], 0, threading.Lock()
        self.listed = 0
        newsroom = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):
                newsroom.answers(self)

            def log_message(self, *_words):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answers(self, asked):
        with self._lock:
            self._now += 1
            self.came.append((time.monotonic(), asked.path))
            self.at_once.append(self._now)
        time.sleep(ANSWERS_AFTER)
        body = self._body(asked.path)
        asked.send_response(200 if body else 404)
        asked.send_header("Content-Length", str(len(body)))
        asked.send_header("Content-Type", "text/xml" if asked.path == "/feed" else "text/html")
        asked.end_headers()
        asked.wfile.write(body)
        with self._lock:
            self._now -= 1

    def _body(self, path):
        if path == "/feed":
            items = "".join(f"<item><link>{self.url}/news/{number}/</link></item>" for number in range(self.listed))
            return f"<rss><channel>{items}</channel></rss>".encode()
        return b"" if path == "/robots.txt" else f"<html><title>{path}</title><p>Words of {path}.</p></html>".encode()

    def pages(self):
        return {path for _, path in self.came if path.startswith("/news/")}

    def gaps(self):
        """Seconds between two requests; robots.txt, asked for once before the first, is no page."""
        times = sorted(at for at, path in self.came if path != "/robots.txt")
        return [after - before for before, after in itertools.pairwise(times)]

    def closes(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextlib.contextmanager
def one_more_fetcher(running):
    """Beside that of `dateline up`, on the same database and Redis."""
    connection_kwargs = running.redis().connection_pool.connection_kwargs
    url = f"redis://:{connection_kwargs['password']}@127.0.0.1:{connection_kwargs['port']}/0"
    command = [sys.executable, "-m", "services.cli", "worker", "fetcher"]
    with (running.state / "fetcher.log").open("w") as log:
        process = subprocess.Popen(
            command, env=running.environment | {"DATELINE_REDIS_URL": url}, stdout=log, stderr=log
        )
    try:
        yield running.state / "fetcher.log"
    finally:
        process.terminate()
        assert process.wait(60) == 0


def test_two_processes_ask_one_host_for_one_thing_at_a_time_and_keep_its_pace(tmp_path):
    """Both have their share of it, or there would be nothing to see."""
    newsroom = SlowNewsroom()
    try:
        with (
            service.running(tmp_path, "feed", f"{newsroom.url}/feed", **SETTINGS) as running,
            one_more_fetcher(running) as log,
        ):
            running.waits_for(lambda: looks(log), "a look of the second one", seconds=120)
            newsroom.listed = PAGES
            running.waits_for(lambda: len(newsroom.pages()) == PAGES, "a look at each page", seconds=120)
            shares = [looks(running.state / "up.log"), looks(log)]
    finally:
        newsroom.closes()
    assert max(newsroom.at_once) == 1
    assert min(newsroom.gaps()) >= PACE, newsroom.gaps()
    assert min(shares) > 0, shares


def looks(log):
    """How many a process has taken, at the feed or at a page."""
    kinds = ('"kind": "PollChannel"', '"kind": "FetchPage"')
    return sum(any(kind in line for kind in kinds) for line in log.read_text().splitlines())
