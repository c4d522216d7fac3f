"""One door: a command on the machine of an installation, and the same command over the network, say the same."""

import logging
import threading
import time

import pytest
import structlog
import uvicorn
from sqlalchemy import text

from services.app import create_app
from services.cli import remote
from services.cli.processes.web_server import WebServer
from services.runtime.database import reading
from services.runtime.http import long_poll
from services.runtime.redis_server import free_port
from tests.support.harbor import RELEASE, arrives

pytestmark = pytest.mark.integration

PATIENCE = 60.0
LOOKS = (
    ("articles",),
    ("articles", "harbor", "--limit", "1"),
    ("articles", "nowhere to be found"),
    ("articles", "show", "{article}"),
    ("articles", "show", "{article}", "--revision", "9"),
    ("articles", "show", "art_aaaaaaaaaaaaaaaa"),
    ("articles", "history", "{article}"),
    ("articles", "explain", "{article}"),
    ("events",),
    ("events", "--after", "7"),
    ("pages",),
    ("pages", "show", "1"),
    ("pages", "show", "99"),
    ("sources",),
    ("sources", "harbor"),
    ("sources", "nowhere"),
    ("webhooks",),
    ("webhooks", "show", "1"),
    ("webhooks", "show", "7"),
    ("webhooks", "deliveries", "1"),
    ("keys", "list"),
    ("reingest", "list"),
    ("reingest", "show", "1"),
    ("reingest", "show", "5"),
    ("reingest", "refetch", "--all", "--count"),
    ("reingest", "reparse", "--reason", "a test"),
    ("retries",),
    ("dead-letters",),
    ("dead-letters", "show", "1"),
)
ORDERS = (
    ("sources", "pause", "harbor"),
    ("sources", "resume", "harbor"),
    ("poll", "harbor"),
    ("poll", "nowhere"),
    ("sources", "add", "harbor", "https://harbor.example/feed.xml"),
    ("sources", "add", "coast", "no address"),
    ("webhooks", "disable", "1"),
    ("webhooks", "test", "1"),
    ("webhooks", "enable", "1"),
    ("webhooks", "add", "http://10.1.2.3/"),
    ("webhooks", "replay", "1", "--failed"),
    ("reingest", "pause", "1"),
    ("reingest", "resume", "1"),
    ("reingest", "promote", "1"),
    ("retries", "now", "--all"),
    ("dead-letters", "replay", "--all"),
    ("keys", "revoke", "99"),
)
"""Each can be given twice, or is refused twice."""
HERE = (
    ("parse", "page.html"),
    ("import", "page.html"),
    ("audit",),
    ("migrate",),
    ("up",),
    ("demo",),
    ("web",),
    ("sweep",),
    ("worker", "parser"),
    ("keys", "reseal"),
)


@pytest.fixture
def house(on_sqlite, installation, dateline, tmp_path):
    """An installation with something of each kind in it; its article."""
    installation(egress_allow="127.0.0.0/8", secret_key="")
    sources = tmp_path / "sources.toml"
    sources.write_text(
        '[[source]]\nname = "harbor"\nchannels = [{kind = "feed", url = "https://harbor.example/feed.xml"}]'
    )
    article = arrives()
    dateline("sources", "--load", sources)
    dateline("keys", "create", "operator", "--scope", "admin")
    dateline("webhooks", "add", "http://127.0.0.1:9/hook")
    dateline("reingest", "reparse", "--all", "--reason", "a test")
    return article


@pytest.fixture
def server(house, dateline):
    """The web app of this installation, as it runs; its address."""
    # It logs in the process of the commands, whose output is what is looked at.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    server = WebServer(uvicorn.Config(create_app(), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(PATIENCE)
    long_poll.stopping.clear()


@pytest.fixture
def there(server, dateline):
    """Runs a command over the network, with an admin's key."""
    key = dateline("keys", "create", "remote", "--scope", "admin").out.strip()
    return lambda *words: dateline("--server", server, "--key", key, *words)


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["for people", "for programs"])
def test_every_look_says_the_same_from_both_sides(house, dateline, there, form):
    """Output, remarks and exit status; what is refused is refused in the same words."""
    there("keys", "list")  # each key notes its first use
    for entry in LOOKS:
        command = [*(word.format(article=house) for word in entry), *form]
        assert there(*command) == dateline(*command), command


def test_every_order_says_the_same_from_both_sides(house, dateline, there):
    for entry in ORDERS:
        here = dateline(*entry)
        assert there(*entry) == here, entry


def test_orders_are_on_record_with_the_key_that_gave_them(dateline, there):
    """Not with the name of somebody who sits at another machine."""
    there("sources", "pause", "harbor")
    dateline("sources", "resume", "harbor")
    with reading() as session:
        latest = session.execute(text("SELECT action, key_name FROM audit_log ORDER BY id DESC LIMIT 2")).all()
    assert [action for action, _ in latest] == ["source.resumed", "source.paused"]
    assert latest[1].key_name == "remote"
    assert latest[0].key_name.startswith("terminal: ")


def test_a_key_may_do_over_the_network_what_its_scope_says(server, dateline):
    reader = dateline("keys", "create", "reader", "--scope", "read").out.strip()
    over = ("--server", server, "--key", reader)
    assert dateline(*over, "articles").status == 0
    assert dateline(*over, "sources", "pause", "harbor").refuses("lacks the scope `admin`")
    assert dateline("--server", server, "--key", "dl_9_x", "articles").refuses("unknown, revoked or expired")


def test_the_environment_names_the_server_as_well(server, dateline, monkeypatch):
    monkeypatch.setenv("DATELINE_SERVER", server)
    assert dateline("sources").refuses("DATELINE_KEY")
    monkeypatch.setenv("DATELINE_KEY", "dl_9_x")
    assert dateline("sources").refuses("unknown, revoked or expired")


def test_a_key_without_a_server_is_refused_but_not_one_of_the_environment(on_sqlite, dateline, monkeypatch):
    """On the command line it was meant for something; the environment may name it for other programs."""
    assert dateline("--key", "dl_1_x", "sources").refuses("name it by --server, or leave --key out")
    monkeypatch.setenv("DATELINE_KEY", "dl_1_x")
    assert dateline("sources").status == 0


def test_a_server_is_named_for_one_command_only(dateline, server):
    """In a process that runs several, such as this one."""
    dateline("--server", server, "--key", "dl_9_x", "sources")
    assert remote.server() is None


def test_a_server_that_does_not_answer_is_one_sentence(dateline):
    """Nobody there, or somebody else."""
    over = ("--key", "dl_1_x", "--server")
    assert dateline(*over, f"http://127.0.0.1:{free_port()}", "articles").refuses("No Dateline answers at http://127")
    assert dateline(*over, "news.example", "articles").refuses("begins with http:// or https://")


@pytest.mark.parametrize("words", HERE, ids=" ".join)
def test_what_is_about_this_machine_does_not_reach_elsewhere(dateline, words):
    refused = dateline("--server", "http://127.0.0.1:9", "--key", "dl_1_x", *words)
    assert refused.refuses(
        f"`dateline {' '.join(words[:2] if words[0] == 'keys' else words[:1])}` is about this machine only"
    )
    assert RELEASE not in refused.out
