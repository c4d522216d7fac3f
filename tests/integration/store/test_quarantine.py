"""Pages that are built otherwise than before: held, judged by a person or by a better reader, and never announced."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from services.audit import across
from services.contracts.caller import Caller
from services.contracts.messages import FetchPage, SaveArticle, Scope
from services.contracts.urls import article_id
from services.fetcher.models import Page
from services.runtime.audit_log import AuditEntry
from services.runtime.database import reading, transaction, utcnow
from services.runtime.events.tables import events
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from services.runtime.ledger.worker import handle
from services.runtime.provenance import profiles, verdicts
from services.store import (
    shared_changes_api,
    siblings,
    tasks,  # noqa: F401 - registers the handler
)
from services.store.decide import Held, Unchanged, Updated
from services.store.models import quarantine, shared_changes
from services.store.quarantine import api
from services.store.save import save_all
from services.store.withdrawals.withdrawing import withdraw
from tests.support import in_process
from tests.support.kept import current, rows, saved, sound, told, wordings
from tests.support.orders import NOW, order

pytestmark = pytest.mark.integration

TOWNS = ("Ashby", "Bexley", "Corwen", "Dunmore", "Elgin", "Farley", "Goole", "Harlow", "Ilford")


def text(town=TOWNS[0]):
    """What the page about this town says: no two of them tell the same story."""
    lines = (
        f"{town} lane {number} is {town.lower()}ly {number * len(town)} cleared by {town} crews." for number in range(9)
    )
    return " ".join(lines)


LONG = text()
OTHER = " ".join(f"Visitors may find tickets number {number} at our new museum shop." for number in range(12))
KEYS = {
    "admin": Caller(key=1, name="ann", scopes=frozenset({"read", "admin"})),
    "reader": Caller(key=2, name="reader", scopes=frozenset({"read"})),
}


@pytest.fixture(autouse=True)
def _database_that_stays_sound(db):
    yield
    assert sound()


@pytest.fixture
def client(db):
    """The quarantine's routes for an admin."""
    app = in_process.app_of(KEYS, api.router, shared_changes_api.router)
    with in_process.client(app, "admin") as client:
        yield client


def redesigned(number=0, minute=10, words=None, **about):
    """The page after the site was built anew: no layout that is known, and no date."""
    words = words or f"Skip to menu. {text(TOWNS[number])}"
    return page(number, words, minute=minute, layout="unknown", published_at=None, **about)


def page(number=0, words=None, **about):
    address = f"https://www.war.gov/News/Article/{number}"
    own = {"page": number + 1, "key": f"afpims/defense:{number}", "url": address, "published_at": "2026-01-12"}
    own["headline"] = f"{TOWNS[number]} Reopens Its Bridge"
    given = order(words or text(TOWNS[number]), **own | about)
    return given.model_copy(update={"article": given.article.model_copy(update={"url": address})})


def held():
    return [row for row in rows(quarantine, "article", "state", "reasons") if row[1] == "held"]


def handled(*orders: SaveArticle, now=None):
    with transaction() as session:
        for each in orders:
            enqueue(session, each)
    due = waiting()
    handle("SaveArticle", [entry.id for entry in due], now)


def waiting():
    with reading() as session:
        return session.exec(select(LedgerRow).where(LedgerRow.kind == "SaveArticle")).all()


def drifts():
    return [kind for kind in told() if kind == "source.drifted"]


def test_a_redesigned_page_changes_nothing_and_is_one_notice():
    """No revision, no `article.updated`; the second page of the same source is held under the same notice."""
    saved(page(0), page(1))
    assert saved(redesigned(0)).change == Held(("layout", "date"))
    assert saved(redesigned(1)).change == Held(("layout", "date"))
    assert told() == ["article.created", "article.created", "source.drifted"]
    assert (len(held()), len(wordings())) == (2, 2)


def test_a_site_that_was_redesigned_is_two_notices_and_no_article_updated():
    """The first page, and the moment it turns out to be the site: with the list."""
    saved(*(page(number) for number in range(9)))
    for number in range(9):
        saved(redesigned(number))
    assert (len(drifts()), told().count("article.updated"), len(held())) == (2, 0, 9)


def test_many_that_come_together_are_one_notice():
    together(*(page(number) for number in range(6)))
    together(*(redesigned(number) for number in range(6)))
    assert (len(drifts()), len(held())) == (1, 6)


def together(*orders, hours=1.0):
    with transaction() as session:
        return save_all(session, [(each, None) for each in orders], NOW + timedelta(hours=hours))


def test_a_rewrite_of_one_article_is_news_after_a_day():
    """Its layout and date are as before: a newsroom may do so. The message waits in the ledger meanwhile."""
    now = utcnow() + timedelta(minutes=1)
    handled(page(), now=now)
    handled(page(0, OTHER, minute=5), now=now)
    assert current() == LONG
    (message,) = waiting()
    assert message.due_at == now + timedelta(hours=24)
    handle("SaveArticle", [message.id], message.due_at)
    assert (current(), waiting(), held()) == (OTHER, [], [])
    assert told() == ["article.created", "source.drifted", "article.updated"]
    assert rows(events, "announced") == [True, True, True]


def test_a_rewrite_on_many_pages_waits_for_a_person():
    now = utcnow() + timedelta(minutes=1)
    handled(*(page(number) for number in range(5)), now=now)
    handled(*(page(number, OTHER.replace("museum", TOWNS[number]), minute=5) for number in range(5)), now=now)
    handle("SaveArticle", [message.id for message in waiting()], now + timedelta(hours=25))
    assert (len(held()), waiting(), told().count("article.updated")) == (5, [], 0)


def test_a_page_that_is_as_before_again_leaves_the_quarantine():
    saved(page(), redesigned())
    assert saved(page(minute=20)).change == Unchanged()
    assert (held(), rows(quarantine, "state")) == ([], ["settled"])


def test_a_better_reader_of_the_new_design_ends_it():
    """It finds date and text again: nothing was news. The old reader alone, asked again, releases nothing."""
    saved(page(), redesigned())
    again = {"cause": "reparse", "reingestion": 1}
    assert isinstance(saved(redesigned(**again)).change, Held)
    saved(page(minute=10, parser="2", layout="unknown", **again))
    assert (held(), told()) == ([], ["article.created", "source.drifted"])


def test_what_waits_in_quarantine_is_what_the_new_frame_is_learned_from():
    """Its layout had a name, so that the host had no samples before; a page that is as before is none again."""
    host, now = "www.war.gov", utcnow() + timedelta(minutes=1)
    built_anew = {"host": host}
    handled(*(page(number) for number in range(9)), now=now)
    with reading() as session:
        assert profiles.countable(session) == {}
    handled(*(redesigned(number, minute=10 + number).model_copy(update=built_anew) for number in range(9)), now=now)
    with reading() as session:
        assert profiles.countable(session) == {host: 9}
        some = profiles.captures_to_learn(session, host, 4, 2)
        assert [row.capture for row in some] == [f"capture-{minute}" for minute in (18, 17, 16, 15, 14, 11)]
        pages = session.execute(verdicts.read_with(Scope(host=host, not_profile="new"))).scalars()
        assert sorted(pages) == list(range(1, 10))
    handled(page(3, minute=30), now=now)
    with reading() as session:
        assert profiles.countable(session) == {host: 8}


def test_a_correction_is_never_held():
    assert saved(page(), page(0, f"{LONG} Correction: it was lane 7.", minute=5)).change == Updated(("body",))


@pytest.mark.parametrize("announce", [True, False])
def test_a_person_releases_a_reading(client, announce):
    """It is the wording that stands, with its event; endpoints are told of it if the person says so."""
    handled(page())
    handled(redesigned())
    [line] = client.get("/quarantine").json()["readings"]
    assert (line["reasons"], line["source"], line["state"]) == (["layout", "date"], "war-releases", "held")
    both = client.get(f"/quarantine/{line['article']}").json()
    assert (both["before"]["layout"], both["after"]["layout"]) == ("afpims", "unknown")
    inserted = [piece["text"] for piece in both["change"]["diff"][-1]["pieces"] if piece["fate"] == "inserted"]
    assert inserted == ["Skip to menu. "]
    decided = {"decision": "release", "articles": [line["article"]], "announce": announce}
    assert client.post("/quarantine/decisions", json=decided).json() == {"readings": 1, "more": False}
    handled()
    assert (current(), held()) == (f"Skip to menu. {LONG}", [])
    assert told()[-1] == "article.updated"
    assert rows(events, "announced")[-1] is announce
    with reading() as session:
        assert [entry.action for entry in session.exec(select(AuditEntry))] == ["quarantine.released"]


def test_a_discarded_reading_is_not_held_again_and_another_one_is(client):
    saved(page(), redesigned())
    assert (
        client.post("/quarantine/decisions", json={"decision": "discard", "source": "war-releases"}).json()["readings"]
        == 1
    )
    saved(redesigned(minute=30))
    assert (held(), drifts()) == ([], ["source.drifted"])
    saved(redesigned(minute=40, words=f"A new menu. {LONG}"), hours=2)
    assert len(held()) == 1


def test_who_may_not_decide_and_what_cannot_be_decided(client):
    client.headers["Authorization"] = "Bearer reader"
    assert client.get("/quarantine").json() == {"readings": [], "next": None}
    assert client.post("/quarantine/decisions", json={"decision": "discard", "source": "a"}).status_code == 403
    client.headers["Authorization"] = "Bearer admin"
    answer = client.post("/quarantine/decisions", json={"decision": "release"})
    assert answer.status_code == 422
    assert "nothing is decided about everything at once" in answer.text
    assert client.get("/quarantine/art_none").status_code == 404


def test_a_withdrawn_article_leaves_no_words_in_quarantine(client):
    """What waits of it is gone, and is not shown."""
    saved(page(), redesigned())
    with transaction() as session:
        withdraw(session, article_id("afpims/defense:0"), "a test", NOW + timedelta(hours=2))
    assert rows(quarantine, "message", "state") == [("", "settled")]
    assert client.get(f"/quarantine/{article_id('afpims/defense:0')}").status_code == 404


def test_the_audit_accounts_for_a_page_in_quarantine():
    """Its newest capture has neither verdict nor message; a row of the quarantine names it."""
    handled(page())
    with transaction() as session:
        about = {"key": "page", "url": "https://www.war.gov/News/Article/0", "source": "war", "discovered_at": utcnow()}
        session.add(Page(id=1, capture="capture-10", fetched_at=NOW + timedelta(minutes=10), **about))
    with reading() as session:
        before = across.checks(session, 1)[0].holds
    handled(redesigned())
    with reading() as session:
        assert (before, across.checks(session, 1)[0].holds) == (False, True)


def test_the_same_change_on_many_pages_is_one_notice():
    """A new footer: the first four pages are news each, all others are in the log, and one event lists five."""
    footer = " Follow us on our new channel."
    saved(*(page(number) for number in range(9)))
    for number in range(9):
        saved(page(number, text(TOWNS[number]) + footer, minute=5))
    announced = [a for kind, a in rows(events, "type", "announced") if kind == "article.updated"]
    assert announced == [True] * 4 + [False] * 5
    assert len(drifts()) == 1


def test_the_same_change_that_comes_together_is_no_article_updated_at_all():
    """And a true correction among them is told, although it has the footer as well."""
    footer = " Follow us on our new channel."
    together(*(page(number) for number in range(9)))
    changed = [page(number, text(TOWNS[number]) + footer, minute=5) for number in range(8)]
    together(*changed, page(8, text(TOWNS[8]).replace("lane 7", "lane 9") + footer, minute=5))
    told_of = {
        subject: a for kind, subject, a in rows(events, "type", "subject", "announced") if kind == "article.updated"
    }
    assert [subject for subject, a in told_of.items() if a] == [article_id("afpims/defense:8")]
    assert (len(told_of), len(drifts())) == (9, 1)


FOOTER = " Follow us on our new channel."


def footed(number, now=NOW, footer=FOOTER):
    """The page with a new footer, as it was fetched a minute ago."""
    return page(number, text(TOWNS[number]) + footer, minute=minutes_until(now))


def looked_at():
    """The pages that are to be looked at on account of a change, in the order of the messages."""
    with reading() as session:
        rows = session.exec(select(LedgerRow.message).where(LedgerRow.kind == "LookAtPages")).all()
    return [number for message in rows for number in json.loads(message)["pages"]]


def test_a_change_that_comes_slowly_is_one_article_updated_and_one_notice():
    """The second page with it makes others be looked at, and waits for them; whatever has it later joins the list."""
    now = utcnow() + timedelta(minutes=1)
    saved(*(page(number) for number in range(9)))
    handled(footed(0, now), now=now)
    assert (told().count("article.updated"), looked_at()) == (1, [])
    later = now + timedelta(days=2)
    handled(footed(1, later), now=later)
    assert (told().count("article.updated"), sorted(looked_at())) == (1, [1, 3, 4, 5, 6, 7, 8, 9])
    for number in (2, 3, 4):
        handled(footed(number, later), now=later + timedelta(minutes=1))
    handle("SaveArticle", [message.id for message in waiting()], later + timedelta(minutes=6))
    for number in (5, 6):
        much_later = later + timedelta(days=20)
        handled(footed(number, much_later), now=much_later)
    announced = [a for kind, a in rows(events, "type", "announced") if kind == "article.updated"]
    assert (announced, len(drifts()), waiting()) == ([True] + [False] * 6, 1, [])


def test_two_articles_with_the_same_correction_are_announced_when_no_other_page_has_it():
    """The second waits for five minutes, while pages that say what was wrong are looked at, and no others."""
    now = utcnow() + timedelta(minutes=1)
    wrong = " Colonel Reed commands the brigade."
    saved(*(page(number, text(TOWNS[number]) + wrong * (number < 3)) for number in range(9)))
    for number in (0, 1):
        right = text(TOWNS[number]) + wrong.replace("Reed", "Ryder")
        handled(page(number, right, minute=minutes_until(now)), now=now)
    assert (told().count("article.updated"), looked_at()) == (1, [3])
    handle("SaveArticle", [message.id for message in waiting()], now + timedelta(minutes=5))
    assert (told().count("article.updated"), waiting(), drifts()) == (2, [], [])


def test_the_list_of_one_change_grows(client):
    """The notice names it; the route shows all pages, also those that came after the notice."""
    together(*(page(number) for number in range(8)))
    together(*(footed(number, NOW + timedelta(minutes=9)) for number in range(5)))
    with reading() as session:
        [body] = session.exec(select(events.c.body).where(events.c.type == "source.drifted")).all()
    notice = json.loads(body)["data"]
    named = notice["details"]["change"]
    saved(*(footed(number, NOW + timedelta(minutes=20)) for number in (5, 6)), hours=200)
    [line] = client.get("/shared-changes", params={"source": "war-releases"}).json()
    assert (line["id"], line["number"], notice["number"], line["host"]) == (named, 7, 5, "www.war.gov")
    assert line["sentence"].startswith("The same change is on 7 pages of www.war.gov so far")
    first = client.get(f"/shared-changes/{named}", params={"limit": 4}).json()
    rest = client.get(f"/shared-changes/{named}", params={"limit": 4, "after": first["next"]}).json()
    shown = {each["article"] for each in first["pages"] + rest["pages"]}
    assert (shown, rest["next"]) == ({article_id(f"afpims/defense:{number}") for number in range(7)}, None)
    assert client.get("/shared-changes/chg_none").status_code == 404


def test_what_was_told_of_a_quarter_of_a_year_ago_is_news_again():
    together(*(page(number) for number in range(9)))
    together(*(footed(number, NOW + timedelta(minutes=9)) for number in range(5)))
    saved(footed(6, NOW + timedelta(minutes=20)), hours=24 * 91)
    announced = [a for kind, a in rows(events, "type", "announced") if kind == "article.updated"]
    assert (announced, rows(shared_changes, "id")) == ([False] * 5 + [True], [])


def test_another_visit_of_the_same_page_delays_no_correction():
    """Its sitemap claims it again while it is being read: nothing else of the host is due."""
    now = utcnow() + timedelta(minutes=1)
    saved(page(0), page(1))
    with transaction() as session:
        enqueue(session, FetchPage(page=1, host="www.war.gov", why="claimed"), due_at=now)
    handled(page(0, text(TOWNS[0]).replace("lane 7", "lane 9"), minute=minutes_until(now)), now=now)
    assert (told()[2:], waiting()) == (["article.updated"], [])


def minutes_until(now):
    """From `NOW` to a moment before."""
    return (now - NOW) / timedelta(minutes=1) - 0.5


def test_a_change_waits_a_minute_while_other_pages_of_its_host_are_about_to_come():
    """Then it is announced, late but once; a change that nothing else is near to is announced at once."""
    now = utcnow() + timedelta(minutes=1)
    saved(page(0), page(1))
    with transaction() as session:
        enqueue(session, FetchPage(page=7, host="www.war.gov", why="claimed"), due_at=now)
        enqueue(session, FetchPage(page=8, host="elsewhere.example", why="claimed"), due_at=now)
    corrected = page(0, text(TOWNS[0]).replace("lane 7", "lane 9"), minute=minutes_until(now))
    handled(corrected, now=now)
    (message,) = waiting()
    assert (told()[2:], message.due_at) == ([], corrected.fetched_at + siblings.WAIT)
    handle("SaveArticle", [message.id], message.due_at)
    assert (told()[2:], waiting()) == (["article.updated"], [])


def test_the_notice_of_a_redesign_waits_for_other_pages_that_are_about_to_come():
    """If none of them drifts, it goes out a minute later."""
    now = utcnow() + timedelta(minutes=1)
    saved(*(page(number) for number in range(9)))
    with transaction() as session:
        enqueue(session, FetchPage(page=77, host="www.war.gov", why="claimed"), due_at=now)
    handled(redesigned(0, minute=minutes_until(now)), now=now)
    (message,) = waiting()
    assert (drifts(), len(held())) == ([], 1)
    handle("SaveArticle", [message.id], message.due_at)
    assert (drifts(), waiting()) == (["source.drifted"], [])
