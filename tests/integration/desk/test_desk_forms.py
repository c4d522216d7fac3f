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
from tests.fakes.scripted import Scripted
from tests.support.at_desk import form_token
from tests.support.house import announced, run

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


def test_people_are_notified_of_kinds_of_articles_and_see_what_that_lets_through(signed_in, installation):
    """The choice is tried while it is written, and with a button where no script runs."""
    installation(egress_allow="127.0.0.0/8")
    announced("evt_1", 1, "art_1", kind="release")
    run()
    browser = signed_in()
    sent = {"form_token": form_token(browser), "kind": "slack", "to": "http://127.0.0.1:9/hook"}
    for kinds, matching in ((["release", "advisory"], 1), (["advisory"], 0)):
        shown = browser.post("/notifications/preview", data=sent | {"kinds": kinds}).text
        assert f"Would have matched {matching} of the last 1 events" in shown
    looked = browser.post("/notifications", data=sent | {"kinds": ["advisory"], "step": "preview"}).text
    assert "Would have matched 0 of the last 1 events" in looked
    assert re.findall(r'name="kinds" value="(\w+)" checked', looked) == ["advisory"]
    assert browser.post("/notifications", data=sent | {"kinds": ["release", "advisory"]}).status_code == 303
    with reading() as session:
        assert session.scalar(select(Endpoint)).filter["kinds"] == ["release", "advisory"]


def test_two_chats_of_one_host_are_told_apart(signed_in, installation):
    """By kind, description and what they are sent; their pages lead back to the list of people."""
    installation(egress_allow="127.0.0.0/8")
    browser = signed_in()
    sent = {"form_token": form_token(browser), "kind": "slack", "to": "http://127.0.0.1:9/hook"}
    for more in ({"description": "Night desk"}, {"event_types": "source.*"}):
        assert browser.post("/notifications", data=sent | more).status_code == 303
    page = browser.get("/notifications").text
    assert re.findall(r'href="/desk/webhooks/\d">([^<]+)<', page) == ["Slack 2", "Night desk"]
    cells = re.findall(r'<td data-label="Of what"><div>([^<]+)<', page)
    assert cells == ["source.*", "articles and sources"]
    assert '<a href="/desk/notifications">Notifications</a>' in browser.get("/webhooks/1").text.split("<main")[1]


def test_mail_that_cannot_be_sent_is_said_before_the_form_is_filled_in(signed_in):
    """Beside the choice of how, with what to set."""
    form = signed_in().get("/notifications").text.split('<select id="kind"')[1]
    above = form.split('name="to"')[0]
    assert "its operator must set DATELINE_MAIL_HOST" in above


def test_patterns_of_a_source_are_tried_before_they_are_saved(signed_in, installation):
    """What is taken, what is not, and that a channel is no article; nothing is changed by looking."""
    installation(egress_allow="127.0.0.0/8")
    browser = signed_in()
    with Scripted() as site:
        paths = ["/News/Releases/", "/News/Releases/41/harbor-opens", "/News/Photos/7/pier"]
        site.serves(paths[0], "".join(f'<a href="{path}">{path}</a>' for path in paths))
        channels = f"listing {site.url}{paths[0]}"
        sent = {"form_token": form_token(browser), "name": "bay", "channels": channels, "pages": "/article/"}
        assert browser.post("/sources", data=sent).status_code == 303
        looked = browser.post("/sources/bay/edit", data=sent | {"pages": "^/News/Releases/", "step": "look"}).text
        site_url = site.url
    taken, _, left = looked.split("What it would find")[1].partition("Not taken")
    assert f"{site_url}/News/Releases/41/harbor-opens" in taken
    assert f"{site_url}/News/Photos/7/pier" in left
    assert "The patterns match a channel itself" in taken
    assert "^/News/Releases/" in looked
    assert browser.get("/sources/bay/edit").text.count("^/News/Releases/") == 0


def test_what_patterns_match_beside_what_is_ticked_is_said_where_the_source_is_made(signed_in, installation):
    """Above the list and beside the button alike."""
    installation(egress_allow="127.0.0.0/8")
    browser = signed_in()
    with Scripted() as site:
        urls = [f"{site.url}/news/{slug}" for slug in ("harbor-opens", "harbor-closes")]
        site.serves("/news/", "".join(f'<a href="{url}">{url}</a>' for url in urls))
        sent = {"form_token": form_token(browser), "url": f"{site.url}/news/", "shown": urls, "article": urls[:1]}
        proposed = browser.post("/sources/propose", data=sent).text
    above, _, beside = proposed.partition("<h2>Watch it</h2>")
    warning = "which are not ticked: <code>" + urls[1]
    assert (warning in above, warning in beside) == (True, True)


def test_a_digest_in_a_sentence_is_short():
    """Its beginning tells captures apart; what is no digest stays."""
    sentence = f"What came is kept as capture {'0123456789abcdef' * 4}. It has {'ab' * 10}."
    assert short_digests(sentence) == f"What came is kept as capture 0123456789ab. It has {'ab' * 10}."


def test_a_reingestion_of_an_article_or_a_source_is_a_form_filled_in(signed_in):
    """As a dry run; what stands in the address is a value of the form and nothing else."""
    browser = signed_in()
    page = browser.get("/reingestions/new", params={"articles": "art_0123456789abcdef", "source": '"><b>'}).text
    assert re.search(r"<textarea[^>]*name=\"articles\"[^>]*>art_0123456789abcdef</textarea>", page)
    assert re.search(r'name="dry_run" checked', page)
    assert "<b>" not in page


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
