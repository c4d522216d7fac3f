"""`dateline set-aside`: what was given up on can be read, and said again."""

import pytest
from typer.testing import CliRunner

from services.cli import app
from services.contracts.errors import UserError
from services.contracts.messages import Deliver
from services.runtime.database import transaction, utcnow
from services.runtime.ledger import claim, due, say

pytestmark = pytest.mark.integration


@pytest.fixture
def given_up(db):
    """Two messages that were set aside; their numbers."""
    with transaction() as session:
        for number in (1, 2):
            say(session, Deliver(delivery=number), key=str(number))
    found = [row for row, _ in due(utcnow(), kinds=["Deliver"])]
    for job in claim("Deliver", found, utcnow()):
        job.set_aside("RuntimeError: the roof fell in", utcnow())
    return found


def run(*arguments):
    return CliRunner().invoke(app, ["set-aside", *arguments], catch_exceptions=False)


def test_what_was_set_aside_is_listed_with_its_reason(given_up):
    """Kind, key and the sentence of what happened."""
    shown = run().stdout
    assert shown.count("Deliver") == 2
    assert "the roof fell in" in shown


def test_one_message_can_be_said_again(given_up):
    """It is due at once; the other one stays."""
    assert "1 messages are due" in run("--replay", str(given_up[0])).stdout
    assert len(due(utcnow(), kinds=["Deliver"])) == 1
    assert run().stdout.count("Deliver") == 1


def test_all_can_be_said_again(given_up):
    """After the cause is mended."""
    run("--replay-all")
    assert len(due(utcnow(), kinds=["Deliver"])) == 2
    assert "Nothing is set aside" in run().output


def test_a_message_that_is_not_set_aside_cannot_be_replayed(given_up):
    """The sentence says where the numbers stand."""
    with pytest.raises(UserError, match="dateline set-aside"):
        run("--replay", "999")
