"""An article that moves stays one, whatever tells of it; two that were made of it become one. On both databases."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from services.contracts.messages import CompareArticles
from services.contracts.urls import article_id, page_key
from services.runtime.database import reading, transaction
from services.runtime.events.tables import events
from services.runtime.transparency_log.tables import leaves
from services.store.addresses import addresses_of
from services.store.checks import checks
from services.store.decide import Created, Unchanged, Updated
from services.store.models import articles
from services.store.moves import merge_alike
from services.store.save import save_all
from services.store.search import ArticleQuery, find_articles
from tests.support.kept import rows, saved, sound, told
from tests.support.orders import NOW, order

pytestmark = pytest.mark.integration

OLD, NEW = "https://news.example/2026/quay-reopns-4711", "https://news.example/2026/quay-reopens-4711"
LONG = "The harbor reopened at dawn after the longest storm that anybody on the quay remembers. " * 6
DAY = "2026-01-12"


@pytest.fixture(autouse=True)
def _database_that_stays_sound(db):
    """Whatever a test does to the store, its own account of itself is right afterwards."""
    yield
    assert sound()


def at(url, words=LONG, *, page=1, key=None, minute=0, **about):
    """An order of a page at this address; its key is that of the address, unless it is older than that."""
    about = {"published_at": DAY, "headline": "Quay Reopens"} | about
    return order(words, url=url, page=page, key=key or page_key(url), minute=minute, **about)


def ids():
    return rows(articles, "id")


def last_event():
    with reading() as session:
        return session.execute(events.select().order_by(events.c.sequence.desc())).first()


def test_a_page_at_a_new_address_moves_its_article():
    """The id stays; one event tells where it was and where it is."""
    saved(at(OLD))
    again = saved(at(NEW, key=page_key(OLD), minute=5))
    assert (again.change, [event.article for event in again.announces]) == (Unchanged(), [article_id(page_key(OLD))])
    assert told() == ["article.created", "article.moved"]
    assert rows(articles, "id", "url") == [(article_id(page_key(OLD)), NEW)]
    assert (last_event().changed, OLD in last_event().body, NEW in last_event().body) == (["url"], True, True)


def test_an_article_knows_where_it_was_and_until_when():
    """There and back again: each address with its time, without a gap, and the present one open."""
    for minute, url in enumerate((OLD, NEW, OLD)):
        with transaction() as session:
            save_all(session, [(at(url, key=page_key(OLD), minute=minute), None)], NOW + timedelta(hours=minute))
    with reading() as session:
        [row] = session.execute(articles.select()).all()
        shown = addresses_of(session, row)
    first, second, third = (NOW + timedelta(hours=hours) for hours in range(3))
    assert [(entry.url, entry.since, entry.until) for entry in shown] == [
        (OLD, first, second),
        (NEW, second, third),
        (OLD, third, None),
    ]


def renamed(number, to="https://news.example/releases/2026", slug=""):
    """A story of its own, where it was and where it is after a rename."""
    text = f"Crew {number} reopened pier {number} at dawn after the storm, and crew {number + 50} will follow. " * 6
    before = f"https://news.example/news/2026/quay-{number}"
    about = {"page": number, "key": page_key(before), "headline": f"Quay {number} Reopens"}
    old = order(text, url=before, published_at=DAY, **about)
    return old, order(text, url=f"{to}/quay-{number}{slug}", minute=5, published_at=DAY, **about)


def announced_types():
    with reading() as session:
        return [row.type for row in session.execute(events.select().order_by(events.c.sequence)) if row.announced]


@pytest.mark.parametrize("together", [True, False])
def test_a_rename_that_nobody_ordered_is_one_notice_and_not_thousands(together):
    """Every page has its event; of those that come one by one, the first four are announced by themselves."""
    pairs = [renamed(number) for number in range(1, 9)]
    with transaction() as session:
        save_all(session, [(old, None) for old, _ in pairs], NOW)
    moves = [[new for _, new in pairs]] if together else [[new] for _, new in reversed(pairs)]
    for batch in moves:
        with transaction() as session:
            save_all(session, [(new, None) for new in batch], NOW + timedelta(hours=1))
    assert (told().count("article.moved"), len(ids())) == (8, 8)
    news = announced_types()[8:]
    assert sorted(news) == ["article.moved"] * (0 if together else 4) + ["source.drifted"]
    with reading() as session:
        [body] = session.execute(select(events.c.body).where(events.c.type == "source.drifted")).scalars()
    sentence = json.loads(body)["data"]["sentence"]
    assert "from news.example/news to news.example/releases" in sentence


def test_addresses_that_are_corrected_one_by_one_are_news_each():
    """Six slugs have a word more: nothing that these moves have in common."""
    for number in range(1, 7):
        saved(*renamed(number, to="https://news.example/news/2026", slug=f"-on-day-{number}"))
    assert announced_types().count("article.moved") == 6
    assert "source.drifted" not in told()


def test_a_move_with_other_words_is_two_events_in_order():
    saved(at(OLD))
    again = saved(at(NEW, LONG + "One pier stays closed.", key=page_key(OLD), minute=5))
    assert isinstance(again.change, Updated)
    assert told() == ["article.created", "article.moved", "article.updated"]
    assert [announce.sequence for announce in again.announces] == [2, 3]


def test_another_spelling_of_the_address_is_no_move():
    """Scheme, `www` and a slash at the end are no other place."""
    saved(at(OLD), at(OLD.replace("https://", "http://www.") + "/", key=page_key(OLD), minute=5))
    assert told() == ["article.created"]


def test_what_comes_late_moves_nothing():
    saved(at(NEW, minute=5), at(OLD, key=page_key(NEW)))
    assert (told(), rows(articles, "url")) == (["article.created"], [NEW])


@pytest.mark.parametrize("elsewhere", [NEW, "https://other.example/2026/quay"], ids=["slug", "host"])
def test_the_same_text_of_one_source_at_a_new_address_is_no_second_article(elsewhere):
    """The page that shows it is the other one at a new address: the fetcher is told so."""
    saved(at(OLD))
    again = saved(at(elsewhere, page=2, minute=5))
    assert (again.change, again.one_page) == (Unchanged(), (2, 1))
    assert (len(ids()), told()) == (1, ["article.created"])


def test_the_older_page_goes_on_when_the_newer_was_read_first():
    """It says from then on what the article is, also with other words."""
    saved(at(NEW, page=2))
    again = saved(at(OLD, page=1, minute=5))
    assert again.one_page == (2, 1)
    assert isinstance(saved(at(OLD, LONG + "One pier stays closed.", page=1, minute=9)).change, Updated)
    assert (len(ids()), told()) == (1, ["article.created", "article.moved", "article.updated"])


@pytest.mark.parametrize(
    "other",
    [
        {"published_at": "2026-01-13"},
        {"headline": "Another Quay Reopens"},
        {"words": LONG + "Not quite the same."},
        {"source": "elsewhere", "url": "https://other.example/quay"},
        {"published_at": None},
    ],
    ids=["another day", "another headline", "other words", "another newsroom", "undated"],
)
def test_what_is_not_the_same_to_the_word_and_day_is_another_article(other):
    """Reports of one form come every day."""
    saved(at(OLD))
    assert saved(at(**({"url": NEW, "words": LONG, "page": 2, "minute": 5} | other))).change == Created()


def test_a_short_text_without_a_date_is_no_proof():
    short = {"published_at": None, "words": "No change."}
    saved(at(OLD, **short))
    assert saved(at(NEW, page=2, minute=5, **short)).change == Created()


def test_two_articles_that_turn_out_to_be_one_are_merged():
    """The first stays, at the new address; the other keeps all that it was, and leads there."""
    saved(at(OLD), at(NEW, LONG + "Corrected.", page=2, minute=1))
    first, second = (article_id(page_key(url)) for url in (OLD, NEW))
    again = saved(at(NEW, LONG + "Corrected.", page=1, key=page_key(OLD), minute=5))
    assert again.article == first
    assert told() == ["article.created", "article.created", "article.merged", "article.moved", "article.updated"]
    assert dict(rows(articles, "id", "merged_into")) == {first: None, second: first}
    with reading() as session:
        assert [row.id for row in find_articles(session, ArticleQuery(), 10, None)] == [first]


def test_what_was_merged_is_never_told_of_again():
    """Whatever comes under its identity is about the one that stays."""
    test_two_articles_that_turn_out_to_be_one_are_merged()
    again = saved(at(NEW, LONG + "Corrected twice.", page=2, minute=9))
    assert again.article == article_id(page_key(OLD))
    assert told()[-1] == "article.updated"


def test_a_page_that_leads_to_another_text_speaks_for_that_one():
    """A deleted article often redirects to the newest one: neither swallows the other."""
    saved(at(OLD), at(NEW, "The band plays in the park on Sunday. " * 8, page=2, headline="Band Plays"))
    band = at(NEW, "The band plays in the park on Sunday. " * 8, key=page_key(OLD), minute=5, headline="Band Plays")
    again = saved(band)
    assert (again.change, again.article) == (Unchanged(), article_id(page_key(NEW)))
    assert told() == ["article.created"] * 2


def test_a_number_that_leads_to_another_number_is_no_proof_that_the_texts_are_one():
    """Articles that are counted by number: one of them was swallowed by the one that its address leads to."""
    one, other = (f"https://www.af.mil/News/Article/{number}/" for number in (4711, 4802))
    band = {"words": "The band plays in the park on Sunday. " * 8, "headline": "Band Plays"}
    saved(at(one), at(other, page=2, **band))
    again = saved(at(other, key=page_key(one), minute=5, **band))
    assert (again.change, again.article) == (Unchanged(), article_id(page_key(other)))
    assert told() == ["article.created"] * 2


@pytest.mark.parametrize("same", [True, False])
def test_a_page_that_leads_to_that_of_another_article_is_compared_with_it(same):
    """The same but for a correction: they are merged, and the first stays. Another text: both stand as they are."""
    other = {"words": LONG + "Corrected."} if same else {"words": "The band plays on. " * 40, "headline": "Band Plays"}
    saved(at(OLD), at(NEW, page=2, minute=1, **other))
    first, second = (article_id(page_key(url)) for url in (OLD, NEW))
    order = CompareArticles(page=1, article=first, other_page=2, other=second)
    for _ in range(2):  # a message may come twice
        with transaction() as session:
            merge_alike(session, order, NOW + timedelta(hours=2), None)
    assert told() == ["article.created"] * 2 + ["article.merged"] * same
    assert dict(rows(articles, "id", "merged_into")) == {first: None, second: first if same else None}


def test_a_report_in_the_place_of_yesterdays_is_another_article():
    """The same headline and most of the words, a redirect, and another day."""
    text = "Wind {} knots from the west. " + LONG
    saved(at(OLD, text.format(12)))
    again = saved(at(NEW, text.format(31), key=page_key(OLD), minute=5, published_at="2026-01-14"))
    assert (again.change, len(ids())) == (Created(), 2)


def test_the_same_number_of_two_families_is_never_one():
    """However alike the texts are: two sites count by themselves."""
    first, other = (f"https://www.{host}.mil/News/Article/4711/quay/" for host in ("af", "navy"))
    saved(at(first))
    assert saved(at(other, page=2, minute=5)).change == Created()
    assert len(ids()) == 2


def test_files_without_an_address_are_known_by_family_and_number():
    """Two that claim one number of two families are two articles; the same claim again is the same article."""
    claims = [("afpims/af:9", 1), ("afpims/navy:9", 2), ("afpims/af:9", 3)]
    saved(*(order(url=None, key=f"import:{n}", page=n, minute=n, article_key=key) for key, n in claims))
    assert set(ids()) == {article_id("afpims/af:9"), article_id("afpims/navy:9")}


def test_copies_at_several_newsrooms_tell_one_story():
    """Each is an article of its own; all name the first that told it."""
    saved(at("https://a.example/quay", source="a"))
    saved(at("https://b.example/x", LONG + "From our correspondent at the harbor.", page=2, source="b", minute=5))
    saved(at("https://c.example/y", "Reports on the storm season differ. " * 9, page=3, source="c", minute=6))
    first, second, third = (
        article_id(page_key(url)) for url in ("https://a.example/quay", "https://b.example/x", "https://c.example/y")
    )
    assert dict(rows(articles, "id", "story")) == {first: first, second: first, third: None}
    with reading() as session:
        same = find_articles(session, ArticleQuery(same_story=second), 10, None)
    assert {row.id for row in same} == {first, second}


def test_reports_of_one_form_are_not_one_story():
    """Two newsrooms fill in the same form: the figures differ."""
    form = "Contractor {0} of Springfield was awarded {1} dollars for {2} harbor works of the year {3}. " * 6
    saved(at("https://a.example/1", form.format("Doe", 1200, 3, 2026), source="a"))
    saved(at("https://b.example/1", form.format("Roe", 8100, 7, 2027), page=2, source="b", minute=5))
    assert rows(articles, "story") == [None, None]


def test_the_first_sight_does_not_depend_on_how_many_come_at_once():
    """Copies within one batch are recognised like those that come one after the other."""
    orders = [at(OLD), at(NEW, page=2, minute=1), at("https://b.example/x", page=3, source="b", minute=2)]
    with transaction() as session:
        results = save_all(session, [(result, None) for result in orders], NOW + timedelta(hours=1))
    assert [type(result.change) for result in results] == [Created, Unchanged, Created]
    assert set(rows(articles, "story")) == {article_id(page_key(OLD))}


def test_sights_of_one_text_at_the_same_moment_are_one_article():
    """Whoever comes second waits for the first, and recognises the text."""
    addresses = [f"https://news.example/2026/{number}/quay" for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(saved, at(url, page=number)) for number, url in enumerate(addresses, 1)]
        changes = [type(entry.result(60).change) for entry in done]
    assert (changes.count(Created), len(ids())) == (1, 1)


def test_a_merge_and_a_move_at_the_same_moment_leave_one_article():
    """Both pages are read at the new address at once: one article stays, and is merged with the other once."""
    saved(at(OLD), at(NEW, LONG + "Corrected.", page=2, minute=1))
    orders = [
        at(NEW, LONG + "Corrected.", page=1, key=page_key(OLD), minute=5),
        at(NEW, LONG + "Corrected.", page=2, minute=6),
    ]
    with ThreadPoolExecutor(2) as pool:
        results = [entry.result(60) for entry in [pool.submit(saved, order) for order in orders]]
    assert article_id(page_key(OLD)) in {entry.article for entry in results}
    assert told().count("article.merged") == 1


def logged():
    """What the transparency log says, in its order: kind, article, revision, and what the digest is of."""
    return [(kind, article, number, text and json.loads(text)) for kind, article, number, text in rows(leaves, *LEAF)]


LEAF = ("kind", "article", "revision", "text")


def test_a_move_and_a_merge_are_leaves_of_the_transparency_log():
    """In the order of the events, with the capture that shows it; gapless like all others."""
    test_two_articles_that_turn_out_to_be_one_are_merged()
    first, second = (article_id(page_key(url)) for url in (OLD, NEW))
    assert logged() == [
        ("revision", first, 1, None),
        ("revision", second, 1, None),
        ("merged", second, 1, {"merged_into": first, "url": NEW}),
        ("moved", first, 1, {"previous_url": OLD, "url": NEW}),
        ("revision", first, 2, None),
    ]
    assert rows(leaves, "number") == [0, 1, 2, 3, 4]
    merged, moved = (json.loads(body) for body in rows(leaves, "body")[2:4])
    assert merged["capture"] == moved["capture"] == rows(articles, "capture")[rows(articles, "id").index(first)]


@pytest.mark.parametrize("kind", ["moved", "merged", "revision"])
def test_audit_misses_a_leaf_of_what_happened(kind):
    """Also where another leaf is about the same revision."""
    test_two_articles_that_turn_out_to_be_one_are_merged()
    with transaction() as session:
        before = session.execute(leaves.select()).all()
        gone = next(row for row in before if row.kind == kind)
        session.execute(delete(leaves).where(leaves.c.number == gone.number))
        unsound = {check.name for check in checks(session) if not check.holds}
        session.rollback()
    assert unsound == {"logged revisions" if kind == "revision" else "logged changes"}


def test_audit_finds_a_merge_that_somebody_took_back():
    """The log says that one article leads to another, and the database says that it does not."""
    test_two_articles_that_turn_out_to_be_one_are_merged()
    with transaction() as session:
        session.execute(update(articles).values(merged_into=None))
        unsound = {check.name for check in checks(session) if not check.holds}
        session.rollback()
    assert unsound == {"logged changes"}
