# ruff: noqa: INP001 - run by its path, inside the image
"""The world of the smoke test: the sample newsroom and a subscriber, in one container beside Dateline's.

Besides what a newsroom and a subscriber answer, `PUT` moves the world: `/published/SLUG`, `/corrected/SLUG`,
`/secret` with the secret that the subscriber verifies with, and `/silence`, after which the next story that is asked
for is not answered until the asker is gone. `GET /verified` lists what the subscriber was told and believes, and
`GET /waiting` says whether somebody waits in that silence.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from services.demo.newsroom import Newsroom
from services.demo.receiver import Received, Receiver
from services.demo.site import BODILESS, Answer, Request, utc_now

PORT = 8000
SILENCE = 60.0
"""Seconds; nobody who asks waits for so long."""


class ReachableNewsroom(Newsroom):
    """Writes addresses that other containers can follow."""

    @property
    def url(self) -> str:
        return f"http://newsroom:{PORT}"


class World:
    """Everything that is not Dateline."""

    def __init__(self) -> None:
        self.newsroom = ReachableNewsroom()
        self.subscriber: Receiver | None = None
        self.silence, self.waiting = threading.Semaphore(0), False

    def answer(self, request: Request) -> Answer:
        words = request.path.strip("/").split("/")
        if request.method == "PUT":
            return self._moved(words, request.body.decode())
        match request.method, words:
            case "GET", [*_, "Article", _, _] if self.silence.acquire(blocking=False):
                self.waiting = True
                threading.Event().wait(SILENCE)
            case "GET", ["waiting"]:
                return Answer(200, json.dumps(self.waiting).encode())
            case "GET", ["verified"]:
                return Answer(200, json.dumps(self._verified()).encode())
            case "POST", ["webhooks"] if self.subscriber:
                return self.subscriber.answer(request)
        return self.newsroom.answer(request)

    def _moved(self, words: list[str], body: str) -> Answer:
        match words:
            case ["published", slug]:
                return Answer(200, self.newsroom.publishes(slug).encode())
            case ["corrected", slug]:
                self.newsroom.corrects(slug)
            case ["secret"]:
                self.subscriber = Receiver(body)
            case ["silence"]:
                self.silence.release()
            case _:
                return Answer(404)
        return Answer(204)

    def _verified(self) -> list[dict[str, str | None]]:
        received = self.subscriber.received if self.subscriber else []
        return [{"type": each.type, "url": _article_url(each)} for each in received if each.verified]


def _article_url(received: Received) -> str:
    return str(received.event["data"]["article"]["url"])


class Handler(BaseHTTPRequestHandler):
    """Brings each request to the world."""

    protocol_version = "HTTP/1.1"
    world = World()

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.world.answer(Request(self.command, self.path, headers, self.rfile.read(length), utc_now()))
        body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status not in BODILESS:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status not in BODILESS:
            self.wfile.write(body)

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 - the names are the library's


if __name__ == "__main__":
    ThreadingHTTPServer(("", PORT), Handler).serve_forever()
