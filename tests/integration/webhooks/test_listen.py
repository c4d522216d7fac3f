"""`dateline listen`, as whoever writes a receiver starts it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import httpx
import pytest
import uvicorn
from sqlmodel import SQLModel
from typer.testing import CliRunner

import services.webhooks.tasks  # noqa: F401 - what is owed shall be brought
from services.app import create_app
from services.cli import app
from services.cli.processes.web_server import WebServer
from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.demo.receiver import Received
from services.runtime import database
from services.runtime.http import long_poll
from tests.support.drain import drain

pytestmark = pytest.mark.integration

PATIENCE = 60.0
KEYS = {"subscriber": Caller(key=1, name="subscriber", scopes=frozenset({"subscribe"}))}


def until(truth):
    deadline = time.monotonic() + PATIENCE
    while not truth():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def dateline(installation):
    """A client of a Dateline that may reach this machine."""
    installation(egress_allow="127.0.0.0/8")
    database.make_file()
    SQLModel.metadata.create_all(database.engine())
    made = create_app()
    made.state.authenticate = KEYS.get
    made.state.caller_of_key = lambda _key, _since: KEYS["subscriber"]
    server = WebServer(uvicorn.Config(made, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    with httpx.Client(
        base_url=url, headers={"Authorization": "Bearer subscriber"}, timeout=PATIENCE, trust_env=False
    ) as client:
        yield client
    server.handle_exit(signal.SIGTERM, None)
    thread.join(PATIENCE)
    long_poll.stopping.clear()


def test_it_subscribes_verifies_shows_and_leaves_nothing_behind(dateline, tmp_path):
    """With a key alone: an endpoint for as long as somebody listens, and none after Ctrl-C."""
    command = [sys.executable, "-m", "services.cli", "listen", "--json", "--dateline", str(dateline.base_url)]
    environment = os.environ | {"DATELINE_KEY": "subscriber"}
    text, shown = tmp_path / "said", tmp_path / "shown"
    with text.open("w") as remarks, shown.open("w") as output:
        listening = subprocess.Popen(command, env=environment, stdout=output, stderr=remarks)
    try:
        until(lambda: "Listening on" in text.read_text() or listening.poll() is not None)
        (endpoint,) = dateline.get("/webhooks/endpoints").json()["endpoints"]
        assert endpoint["url"] in text.read_text()
        assert dateline.post(f"/webhooks/endpoints/{endpoint['id']}/test").is_success
        until(lambda: (drain(), shown.read_text())[1])
    finally:
        listening.send_signal(signal.SIGINT)
        assert listening.wait(PATIENCE) == 0, text.read_text()
    line = json.loads(shown.read_text())
    answer = line["number"], line["verified"], line["reply"], line["event"]["type"]
    assert answer == (1, True, "204", "endpoint.test")
    assert "signed with whsec_" in text.read_text(), "or a program behind --forward could verify nothing"
    assert "The endpoint is gone." in text.read_text()
    assert dateline.get("/webhooks/endpoints").json()["endpoints"] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "--secret"),
        (["--secret", "whsec_%%%"], "whsec_"),
        (["--key", "k", "--misbehave", "sulk"], "lose=0.2"),
        (["--key", "k", "--dateline", "http://127.0.0.1:1"], "--dateline"),
    ],
)
def test_what_cannot_work_is_one_sentence_that_says_what_to_do(arguments, sentence):
    refused = CliRunner().invoke(app, ["listen", *arguments]).exception
    assert isinstance(refused, UserError)
    assert sentence in str(refused)


def test_a_key_that_may_not_subscribe_is_told_so(dateline):
    refused = CliRunner().invoke(app, ["listen", "--key", "stranger", "--dateline", str(dateline.base_url)]).exception
    assert isinstance(refused, UserError)
    assert "This key is unknown" in str(refused)


def test_the_server_and_key_of_all_commands_are_those_of_listen_too(dateline):
    """It asks where `--server` says, in the name of that key."""
    results = ["--server", str(dateline.base_url), "--key", "stranger", "listen"]
    refused = CliRunner().invoke(app, results).exception
    assert isinstance(refused, UserError)
    assert "This key is unknown" in str(refused)


def test_an_endpoint_that_stays_behind_is_told_of():
    """With where it is, and a status that is not that of a clean end."""
    from services.cli.commands import listen

    away = httpx.MockTransport(lambda _request: httpx.Response(503))
    with httpx.Client(transport=away) as client, pytest.raises(UserError, match=r"DELETE http://dateline\.test/1"):
        listen._remove(client, "http://dateline.test/1", {})


def test_what_is_shown_commands_no_terminal(capsys):
    """Not even what a stranger sent."""
    from services.cli.commands import listen

    body = json.dumps(
        {
            "type": "\x1b[2J",
            "sequence": "[red]1",
            "data": {"article": {"headline": "a\nb[/]", "revision": 2}, "changed": ["body"]},
        }
    )
    headers = {"dateline-sequence": "[red]1"}
    sent = Received("\x07evt", "\x1b[2J", "[red]1", False, headers, body.encode(), database.utcnow(), "/")
    listen._show(sent, "400")
    for odd in ("[]", "7", '{"data": 7}', '{"data": {"article": 7, "changed": 7}}', "\xff"):
        listen._show(Received("", None, None, True, {}, odd.encode(), database.utcnow(), "/"), "204")
    shown = capsys.readouterr().out
    assert "a�b[/]" in shown
    assert "body changed" in shown
    assert all(letter.isprintable() or letter == "\n" for letter in shown)
