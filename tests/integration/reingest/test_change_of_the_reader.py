"""A change of the page is told; a change of the reader is not, whichever of the two comes to light with the other."""

import json

import pytest

from services.parser.version import PARSER_VERSION
from services.runtime.settings import runtime_settings
from tests.support.reingested import PAGE, arrives, as_an_older_parser_read, done, order, publish, rows, settle, sound

pytestmark = pytest.mark.integration

WORDS = PAGE.format(headline="Harbor 1 Reopens", day=1, place="harbor 1")
OTHER_FURNITURE = WORDS.replace("<article>", "<nav><a href=/jobs>Jobs</a> <a href=/maps>Maps</a></nav><article>")
CORRECTED = OTHER_FURNITURE.replace("at dawn", "at dusk")
EVENTS = "SELECT type, changed FROM events ORDER BY sequence"
WORDINGS = "SELECT number, parser, reading LIKE '%SHARE%', reading LIKE '%at dusk%' FROM revisions ORDER BY number"


def told():
    """The type of each event, and what it says has changed."""
    return [(kind, changed if isinstance(changed, list) else json.loads(changed)) for kind, changed in rows(EVENTS)]


def wordings():
    """Of each wording: its number, who read it, whether it has the token of the older parser, and the correction."""
    return [(number, parser, bool(token), bool(dusk)) for number, parser, token, dusk in rows(WORDINGS)]


@pytest.fixture
def upgraded(operator):
    """An older parser read a token into the headline; the present one does not."""
    publish(1)
    as_an_older_parser_read(1)
    return operator


@pytest.mark.usefixtures("upgraded")
def test_a_page_whose_furniture_changed_gives_no_event_after_an_upgrade():
    """Every page of a site was told as updated, as soon as its bytes changed after an upgrade of the parser."""
    arrives(1, OTHER_FURNITURE)
    settle()
    assert told() == [("article.created", [])]
    assert wordings() == [(1, PARSER_VERSION, False, False)]
    assert rows("SELECT headline FROM articles") == [("Harbor 1 Reopens",)]
    assert sound() == []


@pytest.mark.usefixtures("upgraded")
def test_a_page_whose_text_changed_gives_an_event_that_names_only_that():
    """Its two wordings differ by the correction alone: the first one is read again, silently."""
    arrives(1, CORRECTED)
    settle()
    assert told() == [("article.created", []), ("article.updated", ["body"])]
    assert wordings() == [(1, PARSER_VERSION, False, False), (2, PARSER_VERSION, False, True)]
    assert sound() == []


@pytest.mark.usefixtures("upgraded")
def test_after_that_the_reader_is_the_present_one():
    """The next change of the page is compared with what stands, as ever."""
    arrives(1, OTHER_FURNITURE)
    settle()
    arrives(1, CORRECTED)
    settle()
    assert told() == [("article.created", []), ("article.updated", ["body"])]


@pytest.mark.usefixtures("upgraded")
def test_where_the_capture_before_is_lost_the_difference_is_told():
    """Nobody can say any more what the page has changed; an update too many is better than one that is missing."""
    ((capture,),) = rows("SELECT capture FROM articles")
    runtime_settings().captures.joinpath(capture[:2], f"{capture}.warc.gz").unlink()
    arrives(1, OTHER_FURNITURE)
    settle()
    assert told() == [("article.created", []), ("article.updated", ["headline"])]


def test_a_reparse_is_meant_to_change_what_the_reader_says(upgraded):
    """An operator orders it, and its event is kept; nobody is called."""
    done(upgraded, order(upgraded))
    assert told() == [("article.created", []), ("article.updated", ["headline"])]
