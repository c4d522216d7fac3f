"""`dateline dead-letters`: what was given up on can be read, enqueued again and discarded."""

import json

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from services.cli import app
from services.contracts.errors import UserError
from services.contracts.messages import Deliver, FetchPage
from services.runtime.database import transaction, utcnow
from services.runtime.ledger.jobs import claim, due, enqueue

pytestmark = pytest.mark.integration


@pytest.fixture
def given_up(db):
    """Two messages that were dead-lettered; their numbers."""
    return [given_up_on(Deliver(endpoint=number)) for number in (1, 2)]


def given_up_on(message):
    kind = type(message).__name__
    with transaction() as session:
        enqueue(session, message)
    [(number, _)] = due(utcnow(), kinds=[kind])
    [job] = claim(kind, [number], utcnow())
    job.dead_letter("RuntimeError: the roof fell in", utcnow())
    return number


def run(*arguments):
    return CliRunner().invoke(app, ["dead-letters", *map(str, arguments)], catch_exceptions=False)


def said(*arguments):
    """What a program reads."""
    return json.loads(run(*arguments, "--json").stdout)


def test_what_was_dead_lettered_is_listed_with_its_reason(given_up):
    """Kind, key and the sentence of what happened; with a command or without."""
    shown = run().stdout
    assert shown == run("list").stdout
    assert shown.count("Deliver") == 2
    assert "the roof fell in" in shown


def test_the_list_is_filtered_and_paged(given_up):
    """As programs read it: `next` is the cursor of what follows, as in the API."""
    fetch = given_up_on(FetchPage(page=1))
    assert [message["id"] for message in said("list", "--kind", "FetchPage")["messages"]] == [fetch]
    first = said("list", "--limit", 2)
    assert [message["id"] for message in first["messages"]] == [fetch, given_up[1]]
    assert f"--after {first['next']}." in run("list", "--limit", 2).output
    second = said("list", "--limit", 2, "--after", first["next"])
    assert ([message["id"] for message in second["messages"]], second["next"]) == (given_up[:1], None)


def test_one_message_is_shown_whole(given_up):
    """What it says, what went wrong, and the command that says it again."""
    shown = run("show", given_up[0]).stdout
    assert '{"endpoint": 1}' in shown
    assert "RuntimeError: the roof fell in" in shown
    assert f"dateline dead-letters replay {given_up[0]}" in shown
    assert said("show", given_up[0])["error"] == "RuntimeError"


def test_one_message_can_be_said_again(given_up):
    """It is due at once; the other one stays."""
    assert "1 message is due" in run("replay", given_up[0]).stdout
    assert len(due(utcnow(), kinds=["Deliver"])) == 1
    assert run().stdout.count("Deliver") == 1


def test_all_can_be_said_again(given_up):
    """After the cause is mended; of one kind, or all."""
    fetch = given_up_on(FetchPage(page=1))
    assert said("replay", "--all", "--kind", "Deliver") == {"taken": 2, "refused": 0, "more": False}
    assert [message["id"] for message in said("list")["messages"]] == [fetch]
    run("replay", "--all")
    assert "Nothing is dead-lettered" in run().output


def test_what_nobody_can_read_stays_and_is_told_with_status_1(given_up):
    """The others are enqueued again all the same."""
    with transaction() as session:
        session.execute(text("UPDATE ledger SET message = '{}' WHERE key = '1'"))
    done = run("replay", "--all")
    assert (done.exit_code, "1 message is due" in done.output) == (1, True)
    assert "1 cannot be read by this version" in done.output


def test_a_discarded_message_is_kept_with_the_reason(given_up):
    """And not replayed with the others."""
    assert run("discard", given_up[0], "--reason", "gone for good").exit_code == 0
    assert "gone for good" in run("list", "--discarded").stdout
    assert [message["id"] for message in said("list")["messages"]] == [given_up[1]]
    run("discard", "--all", "--kind", "Deliver", "--reason", "nobody listens")
    assert said("replay", "--all")["taken"] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["show", "999"], "dateline dead-letters list"),
        (["replay", "999"], "dateline dead-letters list"),
        (["discard", "999", "--reason", "x"], "dateline dead-letters list"),
        (["replay"], "either numbers, or --all"),
        (["replay", "1", "--all"], "either numbers, or --all"),
        (["discard", "--all", "--reason", "x"], "Name the --kind"),
        (["discard", "--all", "--kind", "Deliver", "--reason", " "], "Say why"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_meant_is_one_sentence(given_up, arguments, sentence):
    """And nothing is done."""
    with pytest.raises(UserError, match=sentence):
        run(*arguments)
    assert due(utcnow(), kinds=["Deliver"]) == []
    assert len(said("list")["messages"]) == 2


def test_an_unknown_number_among_known_ones_changes_nothing(given_up):
    """All of them, or none."""
    with pytest.raises(UserError):
        run("replay", given_up[0], 999)
    assert due(utcnow(), kinds=["Deliver"]) == []
