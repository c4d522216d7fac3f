"""Forms of the desk that offer what can be chosen, and act on what was ticked."""

import re

import pytest
from sqlmodel import select

from services.desk.render import short_digests
from services.fetcher.gap_models import Gap
from services.parser.version import PARSER_VERSION
from services.runtime.database import reading, transaction, utcnow
from services.webhooks.kinds import opened_target
from services.webhooks.models import Endpoint
from tests.support.at_desk import form_token

pytestmark = pytest.mark.integration


def options(page, name):
    """The values that a choice offers."""
    choice = re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL)[0]
    return re.findall(r'<option value="([^"]*)"', choice)


def gap(name, **fields):
    """A page of the source that is missing; its number."""
    now = utcnow()
    about = {"source": "navy", "key": name, "url": f"https://navy.example/{name}", "cause": "gone"}
    with transaction() as session:
        session.add(row := Gap(**about | fields, shown_at=now, check_at=now, opened_at=now))
        session.flush()
        return row.id


def accepted():
    with reading() as session:
        return {row.key for row in session.scalars(select(Gap)) if row.accepted is not None}


def test_gaps_that_are_ticked_are_accepted_for_one_reason(signed_in):
    """What was stored meanwhile keeps none of the others, and what is accepted offers no box any more."""
    first, second, third = gap("first"), gap("second"), gap("third")
    late = gap("late", closed_at=utcnow())
    browser = signed_in()
    shown = browser.get("/gaps").text
    assert re.findall(r'name="gap" data-tick value="(\d+)"', shown) == [str(n) for n in (third, second, first)]
    order = {"form_token": form_token(browser), "gap": [first, third, late], "reason": "They wrote us"}
    led = browser.post("/gaps/accept-ticked", data=order)
    assert led.status_code == 303
    assert accepted() == {"first", "third"}
    shown = browser.get("/gaps").text
    assert "2 accepted." in shown
    assert "1 were not open any more" in shown
    assert re.findall(r'name="gap" data-tick value="(\d+)"', shown) == [str(second)]


def test_nothing_ticked_accepts_nothing(signed_in):
    """And who may only read is offered no box."""
    gap("first")
    browser = signed_in()
    answer = browser.post("/gaps/accept-ticked", data={"form_token": form_token(browser), "reason": "So"})
    assert "Nothing was ticked" in answer.text
    assert accepted() == set()
    assert "data-tick" not in signed_in("read").get("/gaps").text


def test_every_type_of_event_that_can_be_sent_is_offered_by_family(signed_in):
    """Those about the service too, which only endpoints get that name them."""
    page = signed_in().get("/webhooks/new").text
    offered = re.findall(r'name="event_types" value="([^"]+)"', page)
    assert {"service.*", "service.trouble", "service.recovered", "log.checkpoint", "article.created"} <= set(offered)
    assert offered.index("service.*") + 1 == offered.index("service.trouble")


def test_people_are_notified_of_what_is_chosen(signed_in, installation):
    """Operators of troubles, for instance; ntfy with its priority."""
    installation(egress_allow="127.0.0.0/8")
    browser = signed_in()
    sent = {"form_token": form_token(browser), "kind": "ntfy", "to": "http://127.0.0.1:9/topic", "priority": "5"}
    made = browser.post("/notifications", data=sent | {"event_types": "service.* source.*"})
    assert made.status_code == 303
    with reading() as session:
        endpoint = session.scalar(select(Endpoint))
    assert endpoint.event_types == ["service.*", "source.*"]
    assert opened_target(endpoint.sealed_secret)["priority"] == "5"


def test_a_digest_in_a_sentence_is_short():
    """Its beginning tells captures apart; what is no digest stays."""
    sentence = f"What came is kept as capture {'0123456789abcdef' * 4}. It has {'ab' * 10}."
    assert short_digests(sentence) == f"What came is kept as capture 0123456789ab. It has {'ab' * 10}."


def test_a_reingestion_is_offered_the_layouts_and_versions_there_are(signed_in):
    """One that only an earlier parser knew stays chosen when the form is refused."""
    browser = signed_in()
    page = browser.get("/reingestions/new").text
    assert {"", "afpims", "unknown", "pdf"} <= set(options(page, "layout"))
    assert f"The parser is at version {PARSER_VERSION}." in page
    assert f'<datalist id="parser-versions"><option value="{PARSER_VERSION}">' in page
    sent = {"form_token": form_token(browser), "layout": "of-old", "reason": "", "mode": "reparse"}
    refused = browser.post("/reingestions", data=sent)
    assert (refused.status_code, "of-old" in options(refused.text, "layout")) == (422, True)
