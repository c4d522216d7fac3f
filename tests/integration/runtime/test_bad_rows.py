"""What the ledger and the tables may meet: wake-ups that mean nothing, rows of another age, text that no database
keeps.

The numbers are those of docs/bad-input.md.
"""

import contextlib
import json

import pytest
from sqlalchemy import text
from sqlmodel import select
from typer.testing import CliRunner

from services.cli import app
from services.contracts.messages import HostRecovered, PollChannel
from services.fetcher import sources
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.runtime.database import DamagedRow, reading, transaction, utcnow
from services.runtime.ledger import jobs, worker
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from tests.fakes import newsroom as fakes
from tests.support.fetching import channel, later, pages, runs, watches

pytestmark = pytest.mark.integration

FEED = "<rss><channel><item><title>{}</title><link>{}</link></item></channel></rss>"


def rows():
    with reading() as session:
        return list(session.exec(select(LedgerRow).order_by(LedgerRow.id)).all())


def execute(statement):
    with transaction() as session:
        session.execute(text(statement))


def changes(**values):
    """The only row, as somebody else may have written it."""
    with transaction() as session:
        entry = session.exec(select(LedgerRow)).one()
        for name, value in values.items():
            setattr(entry, name, value)
        session.add(entry)


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        pytest.param("NoSuchKind", [1], id="72-unknown-kind"),
        pytest.param("", [1], id="72-no-kind"),
        pytest.param("PollChannel", [], id="72-nothing"),
        pytest.param("PollChannel", [4711], id="73-deleted-row"),
        pytest.param("PollChannel", [-1, 0], id="72-impossible-ids"),
        pytest.param("PollChannel", [2**70], id="72-id-beyond-the-database"),
        pytest.param("PollChannel", ["x", None, {}], id="72-ids-that-are-none"),
        pytest.param("FetchPage", [1], id="72-id-of-another-kind"),
    ],
)
def test_a_hint_that_means_nothing_does_nothing(fetcher, newsroom, kind, ids):
    """It is refused or ignored; the message that is really due is handled as if nothing had been."""
    watches(newsroom)
    before = rows()
    with contextlib.suppress(Exception):  # a task that fails is a line in the log; the rows are what counts
        worker.handle(kind, ids)
    assert rows() == before
    runs()
    assert channel().outcome == "read"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("", id="72-nothing"),
        pytest.param("{", id="72-no-json"),
        pytest.param("[]", id="72-a-list"),
        pytest.param("null", id="72-null"),
        pytest.param('{"channel": "x"}', id="72-wrong-type"),
        pytest.param('{"channel": 1e400}', id="72-infinite"),
        pytest.param('{"channel": ' + "9" * 5_000 + "}", id="72-number-of-five-thousand-digits"),
        pytest.param("[" * 100_000, id="72-deep"),
        pytest.param("\x80\x04\x95", id="72-pickle"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_poll_whose_message_cannot_be_read_is_due_again_with_its_words(fetcher, newsroom, words):
    """A poll never ends: a version that can read it, or who says it anew, goes on. The reason stands beside it."""
    watches(newsroom)
    changes(message=words)
    runs()
    (entry,) = rows()
    assert (entry.dead_lettered_at, entry.due_at > later(minutes=10)) == (None, True)
    assert (entry.message, bool(entry.reason)) == (words, True)


def test_a_message_of_a_newer_version_is_understood_as_far_as_it_goes(fetcher, newsroom):
    """74: fields that are not known yet are left alone."""
    watches(newsroom)
    (entry,) = rows()
    changes(message=json.dumps(json.loads(entry.message) | {"depth": 7, "why": {"since": "next year"}}))
    runs()
    assert channel().outcome == "read"


def test_a_message_of_a_kind_that_is_not_known_yet_waits(fetcher, newsroom):
    """74: a newer worker said it, and a newer worker will handle it; nobody here claims it."""
    watches(newsroom)
    changes(kind="PollUniverse")
    runs()
    assert worker.handle("PollUniverse", [rows()[0].id]) == 0
    (entry,) = rows()
    assert (entry.kind, entry.attempts, entry.dead_lettered_at) == ("PollUniverse", 0, None)


@pytest.mark.parametrize(
    ("title", "stored"),
    [
        pytest.param("A &#0; NUL", "NUL", id="46-nul-as-reference"),
        pytest.param("Half a &#xD800; pair", "pair", id="75-lone-surrogate"),
        pytest.param("Bell \x07 and \x1b[31mred", "red", id="76-controls"),
        pytest.param("Line\n{&quot;level&quot;: &quot;critical&quot;}", "Line {", id="76-a-line-of-the-log"),
        pytest.param("Read \u202egnp.exe", "gnp.exe", id="76-right-to-left"),
        pytest.param("'; DROP TABLE pages; --", "DROP TABLE", id="52-sql"),
        pytest.param("x" * 1_000_000, "xxx", id="75-megabyte"),
    ],
)
def test_a_title_of_anything_can_be_kept(fetcher, newsroom, title, stored):
    """By both databases, on one line and of bounded length; its page is visited like any other."""
    address = newsroom.publishes("storm-response")
    newsroom.misbehaves(newsroom.feed_url, fakes.always(200, FEED.format(title, address).encode()))
    watches(newsroom)
    runs()
    (page,) = pages()
    assert stored in (page.title or "")
    assert len(page.title) <= 500
    assert "\n" not in page.title
    assert "\x00" not in page.title
    assert page.outcome == "new"


@pytest.mark.parametrize("words", ["half \ud800 a pair", "nul \x00 inside"])
def test_what_no_database_keeps_is_a_surprise_at_most(fetcher, newsroom, words):
    """75: whoever says it fails there and then; nothing is written by halves."""
    watches(newsroom)
    before = rows()
    with contextlib.suppress(Exception), transaction() as session:
        enqueue(session, PollChannel(channel=99))
        enqueue(session, HostRecovered(host=words))
    after = [entry for entry in rows() if entry.kind == "PollChannel" and entry.channel == 99]
    others = [entry for entry in rows() if entry.kind == "HostRecovered"]
    assert bool(after) == bool(others)
    assert [entry for entry in rows() if entry.id == before[0].id] == before
    runs()
    assert jobs.due(utcnow(), kinds=("PollChannel",)) == []
    assert channel().outcome in {"read", "unchanged"}


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("troubles", "'{'", None),
        ("troubles", "'[1]'", None),
        ("parts", "'nonsense'", None),
        ("failures", "'many'", "failures"),
        ("kind", "x'00ff'", "kind"),
        ("interval", "'soon'", "interval"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_damaged_row_of_a_channel_hides_no_other(fetcher, column, value, sentence):
    """`dateline sources` ended with a traceback. What each look writes anew counts as empty, the rest is named."""
    channels = [ChannelSeed(kind="feed", url=f"https://harbor.example/{number}") for number in (1, 2)]
    with transaction() as session:
        sources.register(session, SourceSeed(name="harbor", channels=channels), utcnow())
    execute(f"UPDATE channels SET {column} = {value} WHERE id = 1")
    result = CliRunner().invoke(app, ["sources", "--json"], catch_exceptions=False)
    (source,) = json.loads(result.stdout)
    damaged = [entry["detail"] for entry in source["channels"] if entry["outcome"] == "damaged"]
    assert len(source["channels"]) == 2
    assert [sentence in entry for entry in damaged] == ([True] if sentence else [])


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE channels SET polled_at = 'yesterday'", "channels.polled_at"),
        ("UPDATE sources SET hosts = 'all'", "'all'"),
        ("UPDATE sources SET pages = 'null'", "'null'"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_damaged_time_or_list_is_one_sentence(fetcher, newsroom, statement, named):
    """Which pages a source means, or when it was polled, is nothing to be guessed."""
    watches(newsroom)
    execute(statement)
    with pytest.raises(DamagedRow, match=named), reading() as session:
        sources.list_sources(session)
