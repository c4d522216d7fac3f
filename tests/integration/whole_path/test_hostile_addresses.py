"""A page full of addresses that a browser would run: not one gets out, whatever shows the article."""

import re

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import SQLModel

from services.access import keys
from services.app import create_app
from services.contracts.urls import article_id
from services.parser.extract import extract
from services.runtime import database
from services.runtime.database import transaction, utcnow
from services.store.models import revisions
from tests.support.event_log import body_of
from tests.support.in_process import InProcess
from tests.support.kept import saved
from tests.support.orders import order

pytestmark = pytest.mark.integration
ID = article_id("afpims/defense:644123")
HOSTILE = re.compile(r"j\s*a\s*v\s*a\s*script:|vbscript\s*:|data\s*:(?:text|image)|alert\(", re.IGNORECASE)
PAGE = """<html><head><title>Harbor Reopens</title><base href="javascript:alert(1)//">
<link rel="canonical" href="JavaScript:alert(1)"><meta property="og:url" content="data:text/html,x"></head><body>
<article><h1>Harbor Reopens</h1>
<p>The harbor reopened at dawn on Monday, two days after the storm, <a href=" \x01java&#10;script:alert(1)">the
commander said</a>, and the <a href="vbscript:x">first ships</a> came in <a href="/News/channel-map/">at noon</a>.</p>
<p>Engineers had worked <a href="data:text/html,x">through the night</a> and marked the channel anew with buoys, as
<a href="JAVASCRIPT:alert(1)//report.pdf">the report</a> says in some detail.</p>
<figure><img src="javascript:alert(1)" alt="A buoy"><figcaption>A crew lifts a buoy.</figcaption></figure>
<figure><img src="data:image/svg+xml,x" alt="A pier"><figcaption>The pier at dawn on Monday.</figcaption></figure>
</article></body></html>"""
URL = "https://www.war.gov/News/Article/4100001/"


@pytest.fixture
def asks(installation):
    """Gives what the web app answers at an address, to somebody who may read."""
    database.make_file()
    SQLModel.metadata.create_all(database.engine())
    app = create_app()
    with transaction() as session:
        key = keys.create(session, "reader", ["admin"], utcnow())[1]
    with httpx.Client(transport=InProcess(app), base_url="http://dateline.test") as browser:
        assert browser.post("/desk/sign-in", data={"key": key}).status_code == 303

        def ask(path):
            bearer = {} if path.startswith("/desk") else {"Authorization": f"Bearer {key}"}
            answer = browser.get(path, headers=bearer)
            assert answer.status_code == 200, answer.text
            return answer.text

        yield ask


@pytest.fixture
def told(asks):
    """The page, read and saved: the bytes that are signed and sent to endpoints."""
    reading = extract(PAGE.encode(), url=URL)
    return body_of(saved(order(cause="live").model_copy(update={"article": reading})).announce.event)


def test_it_gets_into_no_event_api_feed_or_page_of_the_desk(told, asks):
    shown = {
        "webhook": told,
        **{
            path: asks(path)
            for path in (
                f"/articles/{ID}",
                f"/articles/{ID}/revisions/1",
                "/events",
                "/feeds/articles.atom",
                "/feeds/articles.json",
                f"/desk/articles/{ID}",
                f"/desk/articles/{ID}/history",
            )
        },
    }
    assert all("Harbor Reopens" in text for text in shown.values())
    assert [where for where, text in shown.items() if HOSTILE.search(text)] == []
    assert "https://www.war.gov/News/channel-map/" in told


def test_what_was_written_before_the_rule_does_not_get_out_either(told, asks):
    """A reading that an older parser left in the database, with such addresses."""
    with transaction() as session:
        session.execute(
            update(revisions).values(
                reading='{"layout": "unknown", "headline": "Old", "canonical_url": "javascript:alert(1)",'
                ' "images": [{"url": "javascript:alert(1)", "caption": "A buoy"}],'
                ' "attachments": [{"text": "at dawn", "url": "data:text/html,x"}],'
                ' "links": [{"text": "more", "url": "vbscript:x"}]}'
            )
        )
    for path in (f"/articles/{ID}", "/feeds/articles.atom", "/feeds/articles.json", f"/desk/articles/{ID}"):
        assert "A buoy" in asks(path)
        assert not HOSTILE.search(asks(path)), path
