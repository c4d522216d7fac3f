"""The receivers of docs/webhooks.md do what the page says, run as they stand there."""

import os
import re
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer
from pathlib import Path

import httpx
import pytest

from services.runtime.redis_server import free_port
from services.webhooks.signing import new_secret, signed_headers

PAGE = Path(__file__).parents[3].joinpath("docs", "webhooks.md").read_text()

pytestmark = pytest.mark.integration


FETCHED = Path(__file__).parents[3] / ".venv" / "receivers"
MISSING = "no npm package for the receiver in JavaScript: tests/receivers/get-package (`make test` does it) says why"


def example(language):
    """The one code block in this language."""
    (result,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return result


@contextmanager
def receiver_in_python(secret, monkeypatch):
    """The receiver of the page, run as it stands; its address."""
    names = {}
    monkeypatch.setenv("SECRET", secret)
    exec(example("python"), names)
    monkeypatch.setattr(names["Receiver"], "log_message", lambda *_: None)
    with HTTPServer(("127.0.0.1", 0), names["Receiver"]) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@contextmanager
def receiver_in_javascript(secret, monkeypatch):
    """The same, with npm's package."""
    if not FETCHED.joinpath("had.json").exists():
        pytest.skip(MISSING)
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "receiver.mjs").write_text(example("javascript"))
        Path(folder, "node_modules").symlink_to(FETCHED / "node_modules")
        environment = os.environ | {"SECRET": secret, "PORT": str(port)}
        with subprocess.Popen(["node", "receiver.mjs"], cwd=folder, env=environment, stdout=subprocess.DEVNULL) as node:
            try:
                yield f"http://127.0.0.1:{port}"
            finally:
                node.kill()


def posted(url, body, headers):
    """The status of the answer, once there is somebody to answer."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return httpx.post(url, content=body, headers=headers, trust_env=False, timeout=60).status_code
        except httpx.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.mark.parametrize("receiver", [receiver_in_python, receiver_in_javascript])
def test_the_example_receivers_tell_signed_from_forged(receiver, monkeypatch):
    """204 for what we signed, also with the next secret in front, and 400 for whatever else a stranger may send."""
    secret, following = new_secret(), new_secret()
    body, now = '{"type":"article.updated","sequence":7,"data":"Größe “zählt”"}'.encode(), datetime.now(UTC)
    headers = signed_headers(secret, "evt_1", now, body)
    forged = [
        (body + b" ", headers),
        (b"\xff", headers),
        (body, {}),
        (body, headers | {"webhook-signature": "nonsense"}),
        (body, headers | {"webhook-signature": "v1,%%%"}),
        (body, headers | {"webhook-timestamp": "yesterday"}),
        (body, signed_headers(secret, "evt_1", now - timedelta(hours=1), body)),
        (body, signed_headers(following, "evt_1", now, body)),
    ]
    with receiver(secret.get_secret_value(), monkeypatch) as url:
        assert posted(url, body, headers) == 204
        assert posted(url, body, signed_headers([following, secret], "evt_1", now, body)) == 204
        assert [posted(url, *sent) for sent in forged] == [400] * len(forged)
