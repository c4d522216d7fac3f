"""Memento (RFC 7089): what was at an address, asked as the tools of web archives ask."""

import hashlib
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from warcio.archiveiterator import ArchiveIterator

from services import scopes
from services.access import keys
from services.app import create_app
from services.fetcher import tasks as fetcher_tasks
from services.fetcher.importing import import_file
from services.parser import tasks as parser_tasks
from services.runtime.archive import capture_store
from services.runtime.database import transaction, utcnow
from services.store import tasks as store_tasks
from tests.support.drain import drain
from tests.support.in_process import client

pytestmark = pytest.mark.integration

HANDLERS = (fetcher_tasks, parser_tasks, store_tasks, scopes)
URL = "https://harbor.example/news/1"
TIMES = [datetime(2026, 1, day, 12, tzinfo=UTC) for day in (10, 12, 20)]
PAGE = """<!DOCTYPE html><html lang="en"><head><title>Harbor Reopens</title>
<meta property="article:published_time" content="2026-01-10"></head><body><article><h1>Harbor Reopens</h1>
<p>The harbor reopened at dawn on Monday, two days after the storm, and the first ships entered it at {time}.</p>
<p>Engineers had cleared the channel through the night, the port's commander said, and marked its edges anew.</p>
</article></body></html>"""


@pytest.fixture
def asking(db):
    """Three wordings of one page, and somebody who may read."""
    for number, at in enumerate(TIMES):
        import_file("page.html", PAGE.format(time=("noon", "one", "two")[number]).encode(), URL, utcnow(), at)
        drain()
    with transaction() as session:
        _, key = keys.create(session, "reader", frozenset({"read"}), utcnow())
    with client(create_app(), key) as asking:
        yield asking


def links(text):
    """Each as relation, target and time, if it has one."""
    found = re.findall(r'<([^>]+)>; rel="([^"]+)"(?:; datetime="([^"]+)")?', text)
    return [(relation, target, at) for target, relation, at in found]


def test_a_timemap_lists_every_capture_that_proves_a_wording(asking):
    """In their order, with the first and the last named as such."""
    answer = asking.get("/memento/timemap", params={"url": URL})
    assert answer.headers["content-type"].startswith("application/link-format")
    found = links(answer.text)
    assert {relation: target for relation, target, _ in found}["original"] == URL
    times = sorted((at for relation, _, at in found if "memento" in relation), key=lambda at: int(at[5:7]))
    assert times == [at.strftime("%a, %d %b %Y %H:%M:%S GMT") for at in TIMES]
    assert {relation for relation, _, _ in found} == {
        *("self", "original", "timegate", "first memento", "last memento", "memento")
    }
    assert f'from="{times[0]}"; until="{times[-1]}"' in answer.text


@pytest.mark.parametrize(
    ("at", "expected"),
    [(None, 2), (TIMES[0] - timedelta(days=99), 0), (TIMES[1] + timedelta(days=1), 1), (TIMES[2], 2)],
)
def test_a_timegate_leads_to_the_nearest_capture(asking, at, expected):
    """The capture says when it was received, and where the others are; its bytes are those that were received."""
    fields = {"Accept-Datetime": at.strftime("%a, %d %b %Y %H:%M:%S GMT")} if at else {}
    answer = asking.get("/memento/timegate", params={"url": URL}, headers=fields)
    assert (answer.status_code, answer.headers["vary"]) == (302, "accept-datetime")
    memento = asking.get(answer.headers["location"])
    assert memento.headers["memento-datetime"] == TIMES[expected].strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert memento.text == PAGE.format(time=("noon", "one", "two")[expected])
    assert {relation for relation, _, _ in links(memento.headers["link"])} == {"original", "timegate", "timemap"}


def test_a_revision_is_a_memento_that_leads_to_its_capture(asking):
    """When the page spoke so, and the bytes that prove it."""
    [article] = asking.get("/articles").json()["articles"]
    answer = asking.get(f"/articles/{article['id']}/revisions/1")
    assert answer.headers["memento-datetime"] == "Sat, 10 Jan 2026 12:00:00 GMT"
    [(_, target, _)] = links(answer.headers["link"])
    assert "at noon" in asking.get(target).text


def test_the_records_of_a_capture_are_a_warc_file_whose_digest_is_its_name(asking):
    """Whoever downloads it can check it."""
    [article] = asking.get("/articles").json()["articles"]
    name = asking.get(f"/articles/{article['id']}/revisions/1").json()["capture"]
    answer = asking.get(f"/captures/{name}/warc")
    assert hashlib.sha256(answer.content).hexdigest() == name
    assert answer.content == capture_store.raw(name)
    assert [record.rec_type for record in ArchiveIterator(io.BytesIO(answer.content))] == ["response"]


def test_what_cannot_be_answered_is_a_problem(asking):
    """An unknown page, no address, no date."""
    assert asking.get("/memento/timemap", params={"url": "https://harbor.example/none"}).status_code == 404
    assert asking.get("/memento/timegate", params={"url": "no address"}).status_code == 404
    fields = {"Accept-Datetime": "yesterday"}
    assert asking.get("/memento/timegate", params={"url": URL}, headers=fields).status_code == 400


@pytest.mark.parametrize(
    "date",
    [
        "",
        "2026-01-12",
        "Thu, 31 May 2007 20:35:00 +99999999999999999999",
        "Thu, 1 Jan 99999 0:0:0 GMT",
    ],
)
def test_a_time_that_is_none_is_refused_and_not_guessed(asking, date):
    """As the standard has it: status 400."""
    answer = asking.get("/memento/timegate", params={"url": URL}, headers={"Accept-Datetime": date})
    assert answer.status_code == 400


def test_gate_and_map_take_the_address_behind_their_own(asking):
    """As it is, as clients of web archives write it; also asked by HEAD, as they do first."""
    fields = {"Accept-Datetime": TIMES[0].strftime("%a, %d %b %Y %H:%M:%S GMT")}
    for ask in (asking.get, asking.head):
        answer = ask(f"/memento/timegate/{URL}", headers=fields)
        assert (answer.status_code, answer.headers["vary"]) == (302, "accept-datetime")
        assert "memento-datetime" not in answer.headers
    assert asking.get(f"/memento/timemap/{URL}").text == asking.get("/memento/timemap", params={"url": URL}).text
    assert asking.get(f"/memento/timemap/{URL}?print=1&b=2").status_code == 404
