"""`dateline reingest` as an operator meets it: what it says, where, and with which exit status."""

import contextlib
import json
import sys
import threading

import pytest
import structlog

from services import cli
from tests.support.drain import drain
from tests.support.reingested import as_an_older_parser_read, publish, scalar, settle

pytestmark = pytest.mark.integration


@pytest.fixture
def reingest(operator, monkeypatch, capsys):
    """Runs the command in this process: exit status, standard output and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["dateline", "reingest", *map(str, arguments)])
        capsys.readouterr()
        status = 0
        try:
            cli.main()
        except SystemExit as ended:
            status = ended.code or 0
        return status, *capsys.readouterr()

    return run


@contextlib.contextmanager
def working():
    """A worker that does what is due, until the block ends; its log is not part of what the command says."""
    stop = threading.Event()

    def work():
        while not stop.wait(0.05):
            drain()

    with structlog.testing.capture_logs():
        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(60)


def test_a_dry_run_is_watched_to_its_end_and_then_promoted(reingest):
    """How far it is comes on standard error; the last line says how it ended."""
    publish(1, 2)
    as_an_older_parser_read(1)
    with working():
        status, out, err = reingest("reparse", "--all", "--reason", "a test", "--dry-run", "--watch")
    assert (status, out) == (0, "Re-ingestion 1 of 2 pages is accepted.\n")
    assert err.splitlines()[-1] == "done: 2 of 2 pages (1 updated, 1 unchanged)"
    with working():
        status, out, err = reingest("promote", 1, "--watch")
    assert (status, out) == (0, "Re-ingestion 1 is promoting.\n")
    assert err.splitlines()[-1] == "promoted: 1 of 1 page (1 applied)"


def test_a_source_that_is_none_is_refused_and_one_that_files_came_from_is_taken(reingest):
    publish(1)
    status, _, err = reingest("reparse", "--source", "nowhere", "--reason", "a test")
    assert (status, "There is no source 'nowhere'" in err) == (2, True)
    assert reingest("reparse", "--source", "import", "--count")[:2] == (0, "1 page.\n")


def test_the_report_shows_what_would_change(reingest):
    publish(1, 2)
    as_an_older_parser_read(1)
    with working():
        status, out, _ = reingest("reparse", "--all", "--reason", "a test", "--dry-run", "--report")
    assert status == 0
    text = " ".join(out.split())
    assert "1 unchanged, 1 updated" in text
    assert "SHARE Harbor 1 Reopens" in text
    whole = json.loads(reingest("report", 1, "--json")[1])
    assert (whole["fields"], whole["samples"][0]["differences"][0]["field"]) == ({"headline": 1}, "headline")


def test_an_order_is_paused_resumed_cancelled_and_listed(reingest):
    publish(1)
    number = json.loads(reingest("reparse", "--kind", "news", "--reason", "a test", "--json")[1])["id"]
    assert reingest("pause", number)[:2] == (0, "Re-ingestion 1 is paused.\n")
    assert json.loads(reingest("resume", number, "--json")[1])["state"] == "running"
    assert reingest("cancel", number)[:2] == (0, "Re-ingestion 1 is cancelling.\n")
    settle()
    assert reingest("show", number, "--watch")[0] == 1, "what was cancelled did not come to its end"
    listed = reingest("list")[1]
    assert ("kind news" in listed, "cancelled" in listed) == (True, True)
    assert [load["state"] for load in json.loads(reingest("list", "--json")[1])] == ["cancelled"]


def test_a_promotion_is_steered_and_watched_by_the_same_commands(reingest):
    """What was cancelled did not come to its end."""
    publish(1)
    as_an_older_parser_read(1)
    for number, (step, status, last) in enumerate((("resume", 0, "promoted"), ("cancel", 2, "cancelled")), 1):
        reingest("reparse", "--all", "--reason", "a test", "--dry-run")
        settle()
        reingest("promote", number)
        assert reingest("pause", number)[:2] == (0, f"Re-ingestion {number} is paused.\n")
        assert reingest(step, number)[0] == 0
        with working():
            reingest("show", number, "--watch")
        assert json.loads(reingest("show", number, "--json")[1])["preview"] == last
        assert reingest("promote", number, "--watch")[0] == status


def test_counting_orders_nothing(reingest):
    publish(1, 2)
    assert reingest("reparse", "--text", "harbor 2", "--count")[:2] == (0, "1 page.\n")
    assert json.loads(reingest("refetch", "--all", "--count", "--json")[1]) == {"pages": 2}
    assert scalar("SELECT count(*) FROM reingestions") == 0


MISUNDERSTOOD = [
    (["reparse", "--reason", "a test"], "names none"),
    (["reparse", "--reason", "a test", "--all", "--source", "harbor"], "names all and source"),
    (["reparse", "--reason", "a test", "--url", "harbor"], "must begin with http"),
    (["reparse", "--reason", "a test", "--article", "1"], "scope/articles/0: "),
    (["reparse", "--reason", "a test", "--kind", "rumour"], "scope/kind: "),
    (["reparse", "--reason", "a test", "--from", "last week"], "scope/published_from: "),
    (["reparse", "--reason", "a test", "--all", "--forced"], "Only a refetch can be forced"),
    (["reparse", "--all"], "--reason"),
    (["show", "7"], "no re-ingestion 7; `dateline reingest list`"),
    (["pause", "7"], "no re-ingestion 7"),
    (["promote", "7"], "no re-ingestion 7"),
]


def test_what_is_misunderstood_or_not_there_is_one_sentence_and_status_2(reingest):
    """A misunderstanding could mean everything."""
    for arguments, part in MISUNDERSTOOD:
        status, out, err = reingest(*arguments)
        assert (status, out, err.count("\n")) == (2, "", 1), err
        assert err.startswith("dateline: ")
        assert part in err
