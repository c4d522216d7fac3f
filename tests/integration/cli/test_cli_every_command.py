"""What holds of every command: it explains itself, names what it does not know, and speaks JSON to programs."""

import json
import os
import pwd

import pytest
import typer
from sqlalchemy import insert, text

from services import cli
from services.fetcher.absence_models import Takedown
from services.parser.profiles import learning
from services.parser.site_profile import SiteProfile
from services.runtime.database import transaction
from services.store.models import quarantine, shared_change_pages, shared_changes
from tests.support.harbor import RELEASE, arrives, drain
from tests.support.orders import NOW
from tests.support.orders import order as a_reading

pytestmark = pytest.mark.integration

ORDERING = {
    ("backfill",),
    ("gaps", "accept"),
    ("gaps", "recount"),
    *(("keys", verb) for verb in ("create", "revoke", "rotate", "reseal")),
    *(("reingest", verb) for verb in ("reparse", "promote", "discard", "pause", "resume", "cancel")),
    *(("dead-letters", verb) for verb in ("replay", "discard")),
    *(("sources", verb) for verb in ("add", "pause", "resume", "poll", "move", "remove")),
    ("retries", "now"),
    *(("log", verb) for verb in ("sign", "rotate")),
    *(("articles", verb) for verb in ("withdraw", "restore", "erase")),
    *(("quarantine", verb) for verb in ("release", "discard")),
    *(("takedowns", verb) for verb in ("release", "discard")),
    *(("profiles", verb) for verb in ("protect", "add", "clear", "learn")),
    *(
        ("webhooks", verb)
        for verb in ("add", "change", "disable", "enable", "test", "rotate", "replay", "retry", "delete")
    ),
    *(("notifications", verb) for verb in ("add", "change", "test", "pause", "resume", "delete")),
    ("import",),
    ("poll",),
}
"""Who gives one of these orders is on record with it; all else only looks."""
POST_OFFICE = {
    "mail_host": "localhost",
    "mail_sender": "news@dateline.example",
    "public_url": "https://dateline.example",
}
"""A relay that nobody asks for anything here."""
PROCESSES = {"up", "demo", "listen", "migrate", "web", "worker", "sweep", "doctor", "restore"}
"""They run until they are stopped, only prepare that, or need a site or an empty installation: each has its tests."""


def leaves(command, *path):
    """Every command that does something, with the words that call it."""
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name in sorted(command.commands):
        yield from leaves(command.commands[name], *path, name)


def every():
    root = typer.main.get_command(cli.app)
    return {
        path: command for name in cli.COMMANDS for path, command in leaves(root.get_command(None, name).load(), name)
    }


EVERY = every()
SPEAKING = {path for path in EVERY if path[0] not in PROCESSES}


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_it_explains_itself_and_names_what_it_does_not_know(dateline, path):
    """Help is for standard output; a misspelt option is one sentence that says where the help is."""
    told = dateline(*path, "--help")
    assert (told.status, "Usage: dateline " + " ".join(path) in told.out, told.err) == (0, True, "")
    words = EVERY[path].help.strip()
    assert words.endswith("."), words
    assert "\n" not in words, "more than one clear paragraph"
    described = [option.help for option in EVERY[path].params if option.name != "help"]
    assert all(described), "an argument or option without help"
    refused = dateline(*path, "--xyzzy")
    assert refused.refuses(f"No such option: --xyzzy; `dateline {' '.join(path)} --help` tells more.")
    assert refused.out == ""


@pytest.mark.parametrize(
    "path",
    [
        "articles",
        "events",
        "pages",
        "sources",
        "webhooks",
        "quarantine",
        "takedowns",
        "profiles",
        "dead-letters",
        "shared-changes",
    ],
)
def test_a_list_is_what_is_meant_without_a_command(on_sqlite, dateline, path):
    """With options or without; an empty list is a document too."""
    told = dateline(path, "--json")
    assert json.loads(told.out) in (
        [],
        {"articles": [], "next": None},
        {"pages": [], "next": None},
        {"events": [], "next": 0},
        {"readings": [], "next": None},
        {"profiles": [], "next": None},
        NONE_SET_ASIDE,
    )
    assert "Traceback" not in dateline(path).err


NONE_SET_ASIDE = {"messages": [], "next": None}


def orders(article, page, message):
    """Every command with what it needs, in an order in which each can do it; `drain` where workers must come first."""
    again = ("reingest", "reparse", "--all", "--reason", "a test", "--dry-run")
    yield from (
        ("articles", "list"),
        *(("articles", verb, article) for verb in ("show", "history", "explain", "files")),
    )
    yield from (("pages", "list"), ("pages", "show", 1))
    kept, proof = page.with_name("checkpoint.txt"), page.with_name("proof.json")
    yield from (("log", "sign"), ("log", "show"), ("log", "checkpoint", "-o", kept), ("log", "check", kept))
    yield from (("prove", article, "-o", proof), ("verify", proof), ("log", "rotate"))
    yield from (("articles", verb, article, "--reason", "a test") for verb in ("withdraw", "restore"))
    yield from (("archive", verb) for verb in ("stat", "pack", "verify"))
    yield ("archive", "thin", "--older-than", "30")
    yield from (("backup", page.with_name("backup")), ("export", "--warc", page.with_name("all.warc.gz")))
    yield from (("events",), ("audit",), ("parse", page), ("import", page))
    yield from (again, again, drain, again)
    yield from (("reingest", verb, *words) for verb, *words in REINGESTIONS)
    yield from (("audit-log",), ("troubles",))
    yield from (
        ("dead-letters", "list"),
        ("dead-letters", "groups"),
        ("dead-letters", "show", message),
        ("dead-letters", "replay", "--all"),
    )
    yield given_up
    yield ("dead-letters", "discard", "--all", "--kind", "ParsePage", "--reason", "a test")
    yield from (
        ("keys", "create", "desk", "--scope", "admin"),
        ("keys", "list"),
        ("keys", "reseal"),
        ("keys", "rotate", 1),
    )
    yield ("webhooks", "add", "https://127.0.0.1/hook")
    yield from (("webhooks", verb, *words) for verb, *words in ENDPOINTS)
    yield from (("notifications", "add", "email", "ann@example.net"), ("notifications", "list"))
    yield ("notifications", "change", 2, "--digest", "hour")
    yield ("notifications", "add", "slack", "https://127.0.0.1/hook")
    yield from (("notifications", verb, 3) for verb in ("test", "pause", "resume"))
    yield ("notifications", "delete", 3, "--yes")
    yield ("sources", "add", "coast", "https://coast.example/feed.xml")
    yield from (("sources", verb, *words) for verb, *words in SOURCES)
    yield failed
    yield lambda: held_back(article)
    yield from (("quarantine", "list"), *(("quarantine", verb, article) for verb in ("show", "discard", "release")))
    yield lambda: changed_alike(article)
    yield from (("shared-changes", "list"), ("shared-changes", "show", "chg_a"))
    yield learned
    yield from (("profiles", "list"), *(("profiles", *words) for words in PROFILES))
    yield vanished
    yield from (("takedowns", "list"), *(("takedowns", *words) for words in TAKEDOWNS))
    yield ("backfill", "coast", "--since", "2026-01-01")
    yield from (("gaps", *words) for words in GAPS)
    yield ("coverage", "coast")
    yield from (("retries", "list"), ("retries", "now", "--all"), ("poll", "coast"))
    yield ("sources", "move", "coast.example", "shore.example")
    yield from (("sources", "remove", "coast"), ("keys", "revoke", 1))
    yield ("articles", "erase", article, "--reason", "a test", "--confirm", article)


REINGESTIONS = (
    ("list",),
    ("report", 1),
    ("promote", 1),
    ("discard", 2),
    *((verb, 3) for verb in ("show", "pause", "resume", "cancel")),
    ("refetch", "--all", "--count"),
)
GAPS = (
    ("list",),
    ("accept", "--source", "coast", "--cause", "gone", "--reason", "a test"),
    ("accepted",),
    ("recount", 1),
)
PROFILES = (
    ("show", "coast.example"),
    *((verb, "coast.example", "A line of the site.") for verb in ("protect", "add", "clear")),
    ("learn", "coast.example"),
)
TAKEDOWNS = (("show", 1), ("release", 1), ("discard", 2))
ENDPOINTS = (
    ("list",),
    *((verb, 1) for verb in ("show", "disable", "enable", "test", "rotate")),
    ("change", 1, "--word", "ship"),
    ("deliveries", 1),
    ("retry", 1),
    ("replay", 1, "--failed"),
    ("delete", 1, "--yes"),
)
SOURCES = (("list",), ("export",), *((verb, "coast") for verb in ("list", "poll", "pause", "resume")))


def test_each_prints_one_document_of_json_and_each_order_is_on_record(on_sqlite, dateline, installation, tmp_path):
    """Every command but the processes is in here, or this fails. An order leaves one entry, with the user's name."""
    installation(egress_allow="127.0.0.0/8", secret_key="", **POST_OFFICE)
    page = tmp_path / "page.html"
    page.write_text(RELEASE)
    article = arrives()
    dateline("import", page)
    message = given_up()
    walked = set()
    for order in orders(article, page, message):
        if callable(order):
            order()
            continue
        before = len(on_record())
        told = dateline(*order, "--json")
        assert (json.loads(told.out) is None, told.status in {0, 1}) == (False, True), (order, told)
        named = {path for path in SPEAKING if order[: len(path)] == path}
        assert len(on_record()) - before == len(named & ORDERING), order
        walked |= named
    assert walked == SPEAKING
    user = pwd.getpwuid(os.getuid()).pw_name
    assert {name for name in on_record() if name != "first key"} == {f"terminal: {user}"}


def on_record():
    with transaction() as session:
        return session.execute(text("SELECT key_name FROM audit_log")).scalars().all()


def failed():
    """One message that failed unexpectedly and waits for its next try."""
    with transaction() as session:
        session.execute(text("UPDATE ledger SET attempts = 1, reason = 'a defect' WHERE kind = 'PollChannel'"))


def vanished():
    """Two mass takedowns that an operator is to decide."""
    with transaction() as session:
        session.add_all(Takedown(source=source, opened_at=NOW) for source in ("coast", "shore"))


def learned():
    """A host with a site profile, and a page to learn it from again."""
    with transaction() as session:
        learning.store(session, learning.Learned(SiteProfile("coast.example", 12), []), NOW)
        session.execute(text("UPDATE verdicts SET read_host = 'coast.example'"))


def held_back(article):
    """The reading of this article waits in quarantine, as if its page were built otherwise now."""
    order = a_reading()
    row = {name: getattr(order, name) for name in ("capture", "fetched_at")} | {"message": order.model_dump_json()}
    about = {"page": 1, "source": "coast", "host": "coast.example", "reasons": ["layout"], "content_hash": "a"}
    with transaction() as session:
        session.execute(insert(quarantine), row | about | {"article": article, "held_at": NOW, "state": "held"})


def changed_alike(article):
    """A change that many pages have in common, of which this article is one."""
    about = {"id": "chg_a", "host": "coast.example", "source": "coast", "about": "The same change is on {} pages."}
    with transaction() as session:
        session.execute(insert(shared_changes), about | {"signatures": ["a"], "fields": ["body"], "opened_at": NOW})
        session.execute(insert(shared_change_pages), {"change": "chg_a", "article": article, "at": NOW})


def given_up():
    """One message that was dead-lettered; its number."""
    with transaction() as session:
        found = session.execute(text("SELECT max(id) FROM ledger WHERE kind = 'ParsePage'")).scalar_one()
        words = {"id": found}
        session.execute(text("UPDATE ledger SET dead_lettered_at = due_at, reason = 'a defect' WHERE id = :id"), words)
    return found
