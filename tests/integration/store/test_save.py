"""The store's promises, on both databases: every wording kept, none twice, and the latest capture stands."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations

import pytest
from sqlmodel import select

from services.contracts.article import Article, Removed
from services.contracts.messages import SaveArticle
from services.contracts.urls import article_id
from services.runtime.database import reading, transaction, utcnow
from services.runtime.events.tables import events
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from services.runtime.ledger.worker import handle
from services.runtime.provenance import verdicts
from services.runtime.provenance.results import ReingestedPage
from services.store import tasks  # noqa: F401 - registers the handler
from services.store.decide import SETTLES, Created, Late, Refreshed, Unchanged, Unsettled, Updated
from services.store.models import articles, revisions
from services.store.save import foresee, save
from tests.support.kept import current, rows, saved, sound, told, wordings
from tests.support.orders import KEY, NOW, URL, A, B, C, order

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def _database_that_stays_sound(db):
    """Whatever a test does to the store, its own account of itself is right afterwards."""
    yield
    assert sound()


def test_a_new_article_has_one_revision_and_one_event():
    """Everything that was read is kept, with the capture, the parser and what was removed."""
    removed = (Removed(rule="share", text="SHARE"),)
    change = saved(order(removed=removed, published_at="2026-01-12")).change
    assert change == Created()
    assert rows(articles, "id", "key", "published_at", "revision") == [(article_id(KEY), KEY, "2026-01-12", 1)]
    ((capture, parser, cause, read),) = rows(revisions, "capture", "parser", "cause", "reading")
    assert (capture, parser, cause) == ("capture-0", "1", "live")
    assert Article.model_validate_json(read).removed == removed
    assert told() == ["article.created"]


def test_saying_the_same_twice_is_saying_it_once():
    assert saved(order(), order()).change == Unchanged()
    assert wordings() == [(1, A)]
    assert told() == ["article.created"]


def test_the_same_words_in_a_later_capture_only_move_the_head():
    """No revision, no event; what an earlier capture said is late from now on."""
    assert saved(order(A), order(A, minute=5)).change == Unchanged()
    assert rows(articles, "capture", "revision") == [("capture-5", 1)]
    assert saved(order(B, minute=3)).change == Late()
    assert current() == A


def test_a_corrected_page_is_an_update():
    """Same page, new words: one more revision, one more event, and the list shows the new headline."""
    assert saved(order(A), order(B, minute=1, headline="Harbor Open")).change == Updated(("headline", "body"))
    assert wordings() == [(2, B), (1, A)]
    assert told() == ["article.created", "article.updated"]
    assert rows(articles, "headline", "revisions") == [("Harbor Open", 2)]


def test_a_stale_capture_is_kept_in_its_place_but_never_stands():
    """It is listed between its neighbours in time, without an event; a second time it is not even kept."""
    assert saved(order(A), order(C, minute=2), order(B, minute=1)).change == Late()
    assert saved(order(B, minute=1)).change == Late()
    assert (current(), wordings()) == (C, [(2, C), (3, B), (1, A)])
    assert told() == ["article.created", "article.updated"]


def test_words_that_come_back_are_news_again_once_they_stay():
    """A, B and A again are three revisions; the last says which earlier one it returns to, and so does its event."""
    assert saved(order(A), order(B, minute=1)).change == Updated(("body",))
    assert saved(order(A, minute=2), hours=3).change == Updated(("body",), returns_to=1)
    first, _, last = rows(revisions, "content_hash")
    assert first == last
    assert told() == ["article.created", "article.updated", "article.updated"]
    assert len(set(rows(events, "id"))) == 3
    assert [change and change["returns_to"] for change in changes()] == [None, None, 1]


def test_words_that_come_back_at_once_wait_until_they_settle():
    """No revision and no event; the handler says the same again for when it will be known."""
    saved(order(A), order(B, minute=1))
    again = saved(order(A, minute=2), hours=1.5)
    assert again.change == Unsettled(NOW + timedelta(hours=2))
    assert (current(), told()) == (B, ["article.created", "article.updated"])
    assert saved(order(B, minute=3), hours=1.6).change == Unchanged()
    assert saved(order(A, minute=2), hours=2).change == Late()
    assert (current(), len(wordings())) == (B, 2)


def test_a_wording_that_waits_is_in_the_ledger_until_it_settles():
    now = utcnow()
    with transaction() as session:
        save(session, order(A), now)
        save(session, order(B, minute=1), now)
        enqueue(session, order(A, minute=2))
    handle("SaveArticle", [entry.id for entry in entries("SaveArticle")])
    assert current() == B
    with reading() as session:
        (waiting,) = session.exec(select(LedgerRow).where(LedgerRow.kind == "SaveArticle")).all()
    assert waiting.due_at == now + SETTLES
    handle("SaveArticle", [waiting.id], now + SETTLES)
    assert current() == A


def test_an_event_weighs_its_change_and_shows_it():
    saved(order(A), order(B, minute=1))
    change = changes()[-1]
    assert (change["grade"], change["truncated"]) == ("wording", False)
    [text] = change["diff"]
    pieces = [(piece["fate"], piece["text"]) for piece in text["pieces"]]
    assert (text["field"], pieces[1:3]) == ("body", [("deleted", "dawn"), ("inserted", "noon")])


def changes():
    """What each event says of its change."""
    return [json.loads(body)["data"]["change"] for body in rows(events, "body")]


def test_a_reparse_may_change_what_stands_without_telling_anybody():
    """The same capture, a newer parser, other words: a revision and an event that is not announced."""
    again = saved(order(A), order(B, parser="2", cause="reparse"))
    assert (again.change, again.announce) == (Updated(("body",)), None)
    assert rows(events, "cause", "announced") == [("live", True), ("reparse", False)]
    assert saved(order(A, parser="1")).change == Late()
    assert current() == B


def test_a_reparse_may_know_more_about_the_same_words():
    """The newer reading replaces the old one in its revision; the list shows the better kind."""
    assert saved(order(kind="other"), order(kind="release", parser="2", cause="reparse")).change == Refreshed(("kind",))
    assert rows(articles, "kind", "revisions") == [("release", 1)]
    ((parser, read),) = rows(revisions, "parser", "reading")
    assert (parser, Article.model_validate_json(read).kind) == ("2", "release")
    assert told() == ["article.created"]


def test_a_reference_page_is_kept_and_never_announced():
    """Neither its first wording nor a new one, not even where the operator wants old pages announced."""
    first = saved(order(A, kind="reference", source="war-releases"))
    again = saved(order(B, minute=1, kind="reference", source="war-releases"))
    assert (first.change, first.announce) == (Created(), None)
    assert (again.change, again.announce) == (Updated(("body",)), None)
    assert rows(events, "kind", "announced") == [("reference", False)] * 2
    assert rows(articles, "kind", "revisions") == [("reference", 2)]


@pytest.mark.parametrize("arrival", list(permutations((0, 1, 2))))
def test_the_order_of_arrival_does_not_matter(arrival):
    """Whichever of three captures comes first, the latest stands and every wording is kept in its place."""
    fields = (A, B, C)
    saved(*(order(fields[minute], minute=minute) for minute in arrival))
    assert current() == C
    assert [text for _, text in wordings()] == [C, B, A]


def test_two_texts_of_one_number_stay_two_articles():
    """The newcomer from another host, with nothing in common, lives under its own address, however often it comes."""
    elsewhere = "https://dod.defense.gov/News/Article/644123"
    band = order("The band plays in the park.", minute=1, url=elsewhere, headline="Band Plays", page=2)
    assert saved(order(A), band).change == Created()
    assert saved(band.model_copy(update={"fetched_at": NOW + timedelta(minutes=9)})).change == Unchanged()
    assert sorted(rows(articles, "key")) == [KEY, "dod.defense.gov/News/Article/644123"]


def test_an_article_that_moved_to_another_host_stays_one():
    """defense.gov and war.gov are one family: the same number with the same words is the same article."""
    assert saved(order(url=URL.replace("war", "defense")), order(minute=1)).change == Unchanged()
    assert rows(articles, "url") == [URL]


def test_text_that_no_database_takes_is_cleaned():
    """A NUL is dropped from every field, also where the list and the event read it."""
    saved(order("The har\x00bor.", headline="Harbor\x00 Reopens"))
    assert (rows(articles, "headline"), current()) == (["Harbor Reopens"], "The harbor.")


def test_concurrent_saves_of_one_new_article_create_it_once():
    """Four workers, four captures, at the same time: one article, every wording, the latest stands, no gap."""
    orders = [order(f"{A} Update {minute}.", minute=minute) for minute in range(8)]
    with ThreadPoolExecutor(4) as workers:
        changes = [entry.change for entry in workers.map(saved, orders)]
    assert changes.count(Created()) == 1
    assert current() == f"{A} Update 7."
    assert len(wordings()) == 8
    announced = len([change for change in changes if isinstance(change, Created | Updated)])
    assert rows(events, "sequence") == list(range(1, announced + 1))


def test_concurrent_saves_of_the_same_words_are_one_revision():
    with ThreadPoolExecutor(4) as workers:
        changes = [entry.change for entry in workers.map(saved, [order()] * 8)]
    assert sorted(type(change).__name__ for change in changes) == ["Created"] + 7 * ["Unchanged"]
    assert (len(wordings()), told()) == (1, ["article.created"])


def test_a_save_that_is_rolled_back_leaves_no_gap():
    """The number of an event that never was is given to the next one."""

    def fails():
        with transaction() as session:
            save(session, order(), NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    saved(order())
    assert rows(events, "sequence") == [1]


def test_foreseeing_writes_nothing():
    """A dry run names the change that would be, for a new article and for a known one."""
    with reading() as session:
        assert foresee(session, order(), NOW).change == Created()
    saved(order())
    with reading() as session:
        assert foresee(session, order(B, minute=1), NOW).change == Updated(("body",))
    assert current() == A


def handled(*orders: SaveArticle) -> list[tuple[str, str]]:
    """Kind and key of what the handler said about these orders."""
    for member in orders:
        with transaction() as session:
            enqueue(session, member)
        assert handle("SaveArticle", [entry.id for entry in entries("SaveArticle")]) == 1
    assert not entries("SaveArticle")
    return sorted((entry.kind, entry.key) for entry in entries())


def entries(kind: str | None = None) -> list[LedgerRow]:
    with reading() as session:
        result = session.exec(select(LedgerRow).where(LedgerRow.due_at <= utcnow())).all()
    return [entry for entry in result if kind in (None, entry.kind)]


def verdict(page=1):
    with reading() as session:
        return verdicts.find(session, page)


def test_the_handler_says_what_is_news_and_writes_what_became_of_the_page():
    """A new article: its event to the endpoints. In the same transaction, which capture gave it."""
    (event,) = [key for kind, key in handled(order()) if kind == "Announce"]
    assert handled(order()) == [("Announce", event)]
    result = verdict()
    assert (result.article, result.read_capture, result.read_fetched_at) == (article_id(KEY), "capture-0", NOW)
    assert (handled(order(minute=1)), verdict().read_capture) == ([("Announce", event)], "capture-1")
    (text,) = entries("Announce")
    assert [(text.article, text.sequence)] == rows(events, "subject", "sequence")


def test_each_page_of_an_article_has_a_verdict():
    """An article may come from an import first, and from its live page later."""
    handled(order(cause="import"), order(minute=1, page=2))
    assert {verdict(page).article for page in (1, 2)} == {article_id(KEY)}


def test_a_verdict_names_the_last_capture_that_gave_the_article_and_who_read_it():
    """Also where nothing else changes: a reparse asks next time who read it."""
    handled(order(cause="backlog"), order(cause="reparse", parser="2"))
    assert (verdict().read_capture, verdict().read_parser) == ("capture-0", "2")
    handled(order(minute=-1, cause="reparse", parser="2"))
    assert verdict().read_capture == "capture-0"


def test_a_backlog_is_told_to_nobody():
    assert handled(order(cause="backlog")) == []


def test_a_dry_run_writes_no_verdict():
    handled(order(cause="reparse", reingestion=9, dry_run=True))
    assert verdict() is None


def test_a_reingestion_learns_how_each_page_ended():
    """Outcome and changed fields, as a row; a dry run writes the same and leaves everything as it was."""
    again = order(B, parser="2", cause="reparse", reingestion=9, dry_run=True)
    handled(order(), again)
    with reading() as session:
        result = session.get_one(ReingestedPage, (9, 1))
    assert (result.outcome, result.changed, result.finding, result.state) == ("updated", ["body"], "updated", "open")
    assert (current(), told()) == (A, ["article.created"])
