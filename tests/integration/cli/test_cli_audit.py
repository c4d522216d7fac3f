"""`dateline audit` as an operator reads it: what is sound passes, and damage is named."""

import json

import pytest
from sqlalchemy import text

from services.runtime import database
from services.runtime.settings import runtime_settings
from tests.support.cli_files import DUMP, SEEDS, write
from tests.support.harbor import RELEASE, drain


def damage(statement):
    with database.transaction() as session:
        assert session.execute(text(statement)).rowcount == 1


# The audit


def test_a_sound_installation_passes(migrated, dateline, tmp_path):
    dateline("import", write(tmp_path, "harbor.html", RELEASE))
    drain()
    report = dateline("audit")
    assert (report.status, "FAIL" in report.out) == (0, False)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "UPDATE pages SET source = 'harbor', channel = 1, url = 'https://harbor.example/1'",
            "the first is https://harbor.example/1",
        ),
        ("DELETE FROM verdicts", "1 captures were neither stored nor rejected"),
        (
            "UPDATE verdicts SET article = 'art_other'",
            "1 pages are said to have given an article that",
        ),
        ("UPDATE pages SET fetched_at = '2099-01-01 00:00:00.000000'", "1 captures were neither stored nor rejected"),
        ("DELETE FROM revisions", "1 articles lack their current revision"),
        ("DELETE FROM events", "1 articles do not have exactly one event of their creation"),
        ("UPDATE events SET type = 'article.updated'", "1 articles do not have exactly one event of their creation"),
        ("UPDATE event_counter SET last = 2", "the last number given is 2"),
        ("UPDATE events SET announced = 1", "1 events were to be announced"),
    ],
)
def test_damage_is_found_and_named(on_sqlite, dateline, tmp_path, statement, reason):
    """Status 1, and the reason in the line that fails."""
    dateline("import", write(tmp_path, "harbor.html", RELEASE))
    drain()
    damage(statement)
    assert any(reason in line for line in failures(dateline)), dateline("audit").out


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DELETE FROM ledger", "1 channels have no message in the ledger"),
        ("UPDATE ledger SET due_at = '2026-01-01 00:00:00.000000'", "nothing overdue: "),
        (
            "UPDATE ledger SET lease_until = '2099-01-01 00:00:00.000000', lease_owner = 'x'",
            "1 messages are held for longer",
        ),
        ("UPDATE ledger SET kind = 'Renamed'", "1 messages are of a kind that this version does not know"),
    ],
)
def test_a_message_that_nobody_will_handle_is_found(on_sqlite, dateline, tmp_path, statement, reason):
    """Lost, overdue, held for ever, or in words that nobody speaks any more."""
    dateline("sources", "--load", write(tmp_path, "seeds.toml", SEEDS))
    assert failures(dateline) == []
    damage(statement)
    assert any(reason in line for line in failures(dateline)), dateline("audit").out


def failures(dateline):
    """The checks that fail; the status says whether any did."""
    report = dateline("audit")
    failed = [line for line in report.out.splitlines() if line.startswith("FAIL")]
    assert report.status == bool(failed), report
    return failed


def test_programs_read_the_same_account(on_sqlite, dateline, tmp_path):
    """Sources, counts, checks, and whether all of them hold."""
    dateline("import", write(tmp_path, "harbor.html", RELEASE))
    drain()
    report = dateline("audit", "--json")
    body = json.loads(report.out)
    assert (report.status, body["holds"], body["counts"]["articles"]) == (0, True, 1)
    assert [(row["source"], row["pages"], row["at_rest"]) for row in body["sources"]] == [("import", 1, 1)]
    assert all(check["holds"] for check in body["checks"])
    damage("DELETE FROM events")
    report = dateline("audit", "--json")
    assert (report.status, json.loads(report.out)["holds"]) == (1, False)


def test_what_was_discarded_is_accounted_for(on_sqlite, dateline, tmp_path):
    """Its page was given up on by a person, and is not lost."""
    dateline("import", write(tmp_path, "harbor.html", RELEASE))
    damage("UPDATE ledger SET dead_lettered_at = due_at, reason = 'a defect'")
    [message] = json.loads(dateline("dead-letters", "list", "--json").out)["messages"]
    assert dateline("dead-letters", "discard", message["id"], "--reason", "no use").status == 0
    assert failures(dateline) == []
    assert json.loads(dateline("audit", "--json").out)["counts"]["messages discarded"] == 1


def test_a_deep_audit_reads_every_capture(migrated, dateline, tmp_path):
    """A changed byte and a lost file are found, and named by the capture."""
    dateline("import", write(tmp_path, "harbor.html", RELEASE), DUMP)
    drain()
    assert dateline("audit", "--deep").status == 0
    lost, changed = sorted(runtime_settings().captures.rglob("*.warc.gz"))
    lost.unlink()
    changed.write_bytes(changed.read_bytes()[:-1])
    report = dateline("audit", "--deep")
    assert (report.status, dateline("audit").status) == (1, 0)
    assert "1 missing" in report.out
    assert "1 damaged" in report.out
    assert lost.name.removesuffix(".warc.gz") in report.out


def test_a_deep_audit_reads_the_body_of_every_event(on_sqlite, dateline, tmp_path):
    """The bytes of an event are frozen: one that cannot be read, or is another's, is found before it is sent again."""
    dateline("import", write(tmp_path, "harbor.html", RELEASE))
    drain()
    assert dateline("audit", "--deep").status == 0
    for statement in ("UPDATE events SET type = 'article.updated'", "UPDATE events SET body = x'00'"):
        damage(statement)
        assert "1 events have a body that cannot be read, or that is another event's" in dateline("audit", "--deep").out


def test_a_deep_audit_needs_the_archive(on_sqlite, dateline, installation, tmp_path):
    """Where it cannot be seen, nothing is known of it."""
    dateline("import", write(tmp_path, "harbor.html", RELEASE))
    installation(archive=str(tmp_path / "elsewhere"))
    assert dateline("audit", "--deep").refuses("run this where the captures are")
