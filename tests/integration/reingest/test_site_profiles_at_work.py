"""The running service learns what the pages of a host have in common, and reads with it from then on."""

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select, update

from services.contracts.messages import BuildProfile, CheckProfiles, ProposeProfile
from services.contracts.source_events import DriftDetails, DriftedFacts, SourcePage
from services.fetcher.importing import import_file
from services.parser.profiles import learning
from services.parser.settings import parser_settings
from services.runtime.database import reading, transaction, utcnow
from services.runtime.events.sources import append_source_event
from services.runtime.ledger.jobs import enqueue
from services.runtime.provenance.profiles import hosts
from tests.fakes.sites import SitePage, components, pages, weblog
from tests.support.reingested import rows, scalar, settle, sound

pytestmark = pytest.mark.integration

HOST = "gazette.example"
CURRENT = "SELECT profile FROM profiled_hosts"
ORDERS = "SELECT id, state, preview FROM reingestions ORDER BY id"
FURNITURE = "Every story of the Gazette is checked by two of its readers before it is printed on Thursday."
READ_WITH = "SELECT DISTINCT revisions.profile FROM revisions JOIN articles ON id = article AND revision = number"
BODIES = "SELECT reading FROM revisions JOIN articles ON articles.id = article AND revision = number ORDER BY headline"


def gazette(count, begin=1):
    """Pages with a line of the site that only their number gives away."""
    box = f'<div class="house-note"><p>{FURNITURE}</p></div><div class="jp-buttons">'
    return [with_text(page, '<div class="jp-buttons">', box) for page in pages(weblog, count, begin=begin)]


def with_text(page: SitePage, old: str, new: str) -> SitePage:
    return replace(page, content=page.content.replace(old, new, 1))


def arrive(group):
    """These pages, captured just now, become articles."""
    for page in group:
        now = utcnow()
        import_file("page.html", page.content.encode(), page.url, now, now)
    settle()


def checks():
    """The timer is due."""
    with transaction() as session:
        enqueue(session, CheckProfiles())
    settle()


def texts():
    """The bodies of all articles as they stand, as one text."""
    return [" | ".join(block["text"] for block in json.loads(body)["body"]) for (body,) in rows(BODIES)]


def setting(monkeypatch, value):
    monkeypatch.setenv("DATELINE_PARSER_PROFILES", value)
    parser_settings.cache_clear()


@pytest.fixture(autouse=True)
def _settings_as_they_were():
    yield
    parser_settings.cache_clear()


def test_a_profile_is_learned_in_the_background_and_changes_no_stored_text(operator):
    """It proposes a dry run; new pages are read with it; the old ones when a person promotes what was found."""
    arrive(gazette(12))
    before = texts()
    assert all(FURNITURE in text for text in before)
    checks()
    digest = scalar(CURRENT)
    assert texts() == before
    assert rows(ORDERS) == [(1, "done", None)]

    report = operator.get("/admin/reingestions/1/report").json()
    assert (report["outcomes"], report["reingestion"]["profile"]) == ({"updated": 12}, digest)
    arrive(gazette(1, begin=90))
    assert sum(FURNITURE in text for text in texts()) == 12

    operator.post("/admin/reingestions/1/promote")
    settle()
    assert not any(FURNITURE in text for text in texts())
    assert rows(
        "SELECT DISTINCT revisions.profile FROM revisions JOIN articles ON id = article AND revision = number"
    ) == [(digest,)]
    assert rows("SELECT count(*) FROM events WHERE type = 'article.updated' AND announced") == [(0,)]
    assert sound() == []


def test_a_site_is_shown_with_the_figures_of_its_lines_and_each_version_of_its_profile_stays(operator):
    arrive(gazette(12))
    checks()
    digest = scalar(CURRENT)
    [line] = operator.get("/profiles").json()["profiles"]
    assert (line["host"], line["pages"], line["protected"], line["digest"]) == (HOST, 12, 0, digest)
    lines = operator.get(f"/profiles/{HOST}").json()["lines"]
    assert {"text": FURNITURE, "pages": 12, "taken": True, "ruling": None} in lines
    assert operator.get("/profiles/nowhere.example").status_code == 404
    text = operator.get(f"/profiles/by-digest/{digest}").content
    assert sha256(text).hexdigest() == digest
    fields = {"text": FURNITURE, "ruling": "protected"}
    view = operator.post("/profiles/gazette.example/lines", json=fields).json()
    assert view["digest"] != digest
    assert {version["digest"] for version in view["versions"]} == {digest, view["digest"]}
    assert operator.get(f"/profiles/by-digest/{digest}").content == text


def test_what_a_person_says_of_a_line_counts_more_than_how_often_it_stands(operator):
    """A protected line stays, an unwanted one goes, in what is read from then on."""
    arrive(gazette(12))
    checks()
    own = "No ferry runs on Sundays in this harbor, the harbor master says."
    page = with_text(gazette(1, begin=90)[0], "</h2>", f"</h2><p>{own}</p>")
    for text, ruling in ((FURNITURE, "protected"), (own, "unwanted")):
        answer = operator.post(f"/profiles/{HOST}/lines", json={"text": text, "ruling": ruling})
        assert answer.status_code == 200, answer.text
    arrive([page])
    article = next(json.loads(body) for (body,) in rows(BODIES) if page.headline in body)
    body = [block["text"] for block in article["body"]]
    assert FURNITURE in body
    assert own not in body
    assert {"rule": "line-of-the-site", "text": own} in article["removed"]

    operator.post(f"/profiles/{HOST}/lines", json={"text": own, "ruling": "none"})
    assert [line["text"] for line in operator.get(f"/profiles/{HOST}").json()["rulings"]] == [FURNITURE]
    actions = [entry["action"] for entry in operator.get("/admin/audit").json()["entries"]]
    assert {"profile.line_protected", "profile.line_unwanted", "profile.line_cleared"} <= set(actions)


def test_where_only_lines_go_a_setting_promotes_without_a_person(operator, monkeypatch):
    setting(monkeypatch, "promote-removals")
    arrive(gazette(12))
    checks()
    assert rows(ORDERS) == [(1, "done", "promoted")]
    assert not any(FURNITURE in text for text in texts())
    assert sound() == []
    del operator


def test_what_changes_nothing_is_proposed_to_nobody(operator):
    """Learned once more from the same pages it is the same, in one row; what is not current any more orders nothing."""
    arrive(gazette(12))
    checks()
    operator.post("/admin/reingestions/1/promote")
    settle()
    digest = scalar(CURRENT)
    assert operator.post(f"/profiles/{HOST}/learn").status_code == 202
    with transaction() as session:
        enqueue(session, ProposeProfile(host=HOST, profile="0" * 64), lane="bulk")
    settle()
    assert (scalar(CURRENT), rows("SELECT count(*) FROM site_profiles")) == (digest, [(1,)])
    assert len(rows(ORDERS)) == 1


@pytest.mark.usefixtures("operator")
def test_too_few_pages_and_pages_of_known_layouts_give_no_profile():
    arrive(gazette(9))
    checks()
    assert rows(CURRENT) == []


@pytest.mark.usefixtures("operator")
def test_it_is_learned_again_when_as_many_pages_have_come_again():
    arrive(pages(components, 10))
    checks()
    first = scalar(CURRENT)
    arrive(pages(components, 9, begin=50))
    checks()
    assert scalar(CURRENT) == first
    arrive(pages(components, 1, begin=80))
    checks()
    assert scalar(CURRENT) != first


@pytest.mark.usefixtures("operator")
def test_nothing_is_learned_where_the_setting_says_so(monkeypatch):
    setting(monkeypatch, "off")
    arrive(gazette(12))
    checks()
    assert rows(CURRENT) == []


@pytest.mark.usefixtures("operator")
def test_news_that_waits_goes_first(monkeypatch):
    """While it does, no page is sampled; the order stays and is due again a little later."""
    arrive(gazette(12))
    monkeypatch.setattr("services.parser.tasks.live_work_waits", lambda _kind: True)
    with transaction() as session:
        enqueue(session, BuildProfile(host=HOST), lane="bulk")
    settle(until=lambda: bool(rows("SELECT 1 FROM ledger WHERE kind = 'BuildProfile' AND enqueued_at < due_at")))
    assert rows("SELECT count(*) FROM profile_samples WHERE packed IS NOT NULL") == [(0,)]


@pytest.mark.usefixtures("operator")
def test_an_article_that_changes_later_says_only_what_its_page_changed():
    """The profile came between two captures: what it takes out is no update, and the correction is one."""
    group = gazette(12)
    arrive(group)
    checks()
    corrected = group[0].content.replace("the spring flood", "the autumn flood").replace("On day", "On the day", 1)
    now = utcnow()
    import_file("page.html", corrected.encode(), group[0].url, now, now)
    settle()
    [(changed, change)] = rows("SELECT changed, body FROM events WHERE type = 'article.updated'") or [("", "")]
    assert json.loads(changed) if isinstance(changed, str) else changed == ["body"]
    assert FURNITURE not in str(change)


@pytest.mark.usefixtures("operator")
def test_a_proposal_that_nobody_decided_about_gives_way_to_the_next():
    arrive(gazette(12))
    checks()
    arrive(gazette(13, begin=40))
    checks()
    assert [(number, preview) for number, _, preview in rows(ORDERS)] == [(1, "discarded"), (2, None)]


@pytest.mark.usefixtures("operator")
def test_a_redesigned_host_is_learned_again_a_day_later():
    """By then more pages have the new frame; what drifted once is not learned for again and again."""
    arrive(gazette(12))
    checks()
    with reading() as session:
        start = session.execute(select(hosts.c.since)).scalar_one() + timedelta(minutes=1)
    drifted = DriftedFacts(
        source="gazette",
        since=start,
        sentence="5 pages of gazette cannot be read as before.",
        number=5,
        pages=(SourcePage(url=f"https://{HOST}/1", since=start),),
        details=DriftDetails(layout="unknown", fields=("body",)),
    )
    with transaction() as session:
        append_source_event(session, drifted, start)
    with reading() as session:
        due = [learning.due_hosts(session, start + timedelta(hours=hours)) for hours in (23, 25)]
    assert due == [[], [HOST]]
    with transaction() as session:
        session.execute(update(hosts).values(since=start + timedelta(hours=25)))
        assert learning.due_hosts(session, start + timedelta(hours=26)) == []
