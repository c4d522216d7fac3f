"""Every page can be found, and tells where it is and what became of it."""

import pytest
from sqlalchemy import text
from sqlmodel import select

from services.access import keys
from services.app import create_app
from services.contracts.messages import FetchPage, Rejection
from services.contracts.urls import page_key
from services.fetcher import frontier, sources, visit
from services.fetcher.answers import Moved
from services.fetcher.discover import Listed
from services.fetcher.models import Alias, Channel, Page
from services.fetcher.pages import parts
from services.fetcher.pages.find import PageQuery, find_pages
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import jobs
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import ledger
from services.runtime.provenance import verdicts
from services.runtime.provenance.verdicts import Read
from tests.support.fetching import later
from tests.support.in_process import client
from tests.support.orders import order
from tests.support.statements import counted

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("db")]

FEED = "https://www.harbor.example/rss"
NEWS = "https://www.harbor.example/news/{}/"


def lists(*urls, name="harbor", feed=FEED, **said):
    """The pages at these addresses, as a channel of this source listed them; their numbers."""
    with transaction() as session:
        seed = SourceSeed(name=name, channels=[ChannelSeed(kind="feed", url=feed)])
        source = sources.register(session, seed, utcnow())
        session.flush()
        (channel,) = session.exec(select(Channel.id).where(Channel.source_id == source.id)).all()
        listed = [Listed(url, position=at, **said) for at, url in enumerate(urls, 1)]
        frontier.join(session, name, channel, listed, backlog=False, now=utcnow())
        result = dict(session.exec(select(Page.url, Page.id)).all())
    return [result[url] for url in urls]


def captured(page, minute):
    """The newest capture of the page is that of this minute."""
    with transaction() as session:
        row = session.get_one(Page, page)
        result = order(minute=minute)
        row.capture, row.fetched_at, row.outcome = result.capture, result.fetched_at, "new"
    return result


def gave(page, minute, article="art_a"):
    received = captured(page, minute)
    with transaction() as session:
        verdicts.hold_read(session, page, article, Read.of(received))


def gave_none(page, minute, reason="listing"):
    received = captured(page, minute)
    why = Rejection(
        capture=received.capture,
        fetched_at=received.fetched_at,
        parser="1",
        reason=reason,
        detail="It lists 9 articles.",
    )
    with transaction() as session:
        verdicts.hold_rejected(session, page, why)


@pytest.fixture
def asks():
    """Asks the API as somebody with this scope; what it answers."""
    app = create_app()

    def ask(path="/pages", scope="admin", **asked):
        with transaction() as session:
            _, presented = keys.create(session, "somebody", (scope,), utcnow())
        answer = client(app, presented).get(path, params=asked)
        return answer.json() if answer.status_code == 200 else answer.status_code

    return ask


PORT = {"name": "port", "feed": "https://port.example/rss"}


def channels(told):
    return [
        (channel["source"], channel["position"], channel["title"], channel["published"]) for channel in told["channels"]
    ]


def test_every_channel_that_showed_a_page_is_known_with_how_it_showed_it_first(asks):
    """Only the first was known; whoever reads by source missed what another source had listed sooner."""
    lists(NEWS.format(1), NEWS.format(2), title="Storm", published="1 May")
    (page,) = lists(NEWS.format(2), **PORT, title="The Storm", published="2 May")
    lists(NEWS.format(2), **PORT, title="The Storm, Corrected", published="3 May")
    answer = asks(f"/pages/{page}")
    assert channels(answer) == [("harbor", 2, "Storm", "1 May"), ("port", 1, "The Storm", "2 May")]
    assert answer in asks()["pages"]
    assert (numbers(asks(source="port")), numbers(asks(source="harbor"))) == ([page], [page, page - 1])


def test_a_channel_that_is_watched_no_longer_still_showed_its_pages(asks):
    """Its number is never given to another channel, which would then have shown them."""
    (page,) = lists(NEWS.format(1))
    with transaction() as session:
        sources.remove(session, "harbor")
    lists(NEWS.format(2), **PORT)
    (shown,) = asks(f"/pages/{page}")["channels"]
    assert (shown["source"], shown["kind"], shown["url"]) == ("harbor", None, None)
    assert numbers(asks(source="harbor")) == [page]


def test_what_is_shown_again_is_not_written_again():
    """A channel lists the same pages at each look."""
    lists(*map(NEWS.format, range(1, 4)))
    with counted() as cost:
        lists(*map(NEWS.format, range(1, 4)))
    assert [
        statement for statement in cost.statements if "sightings" in statement and not statement.startswith("SELECT")
    ] == []
    assert "sightings" in str(cost.statements)


def test_a_page_that_turns_out_to_be_another_takes_those_that_showed_it_along(asks):
    """Each of them has shown the one that stays, also when it lists the old address again."""
    (stays,) = lists(NEWS.format(2))
    (goes,) = lists(NEWS.format(1), **PORT)
    with transaction() as session:
        moved = Moved(NEWS.format(2), permanent=True)
        answer = visit.Visit("moved", moved=moved)
        result = visit.follow(session, session.get_one(Page, goes), answer, moved)
    lists(NEWS.format(1), **PORT)
    assert result.outcome == "moved"
    assert [channel[0] for channel in channels(asks(f"/pages/{stays}"))] == ["harbor", "port"]
    assert asks(f"/pages/{goes}")["channels"] == []
    assert numbers(asks(source="port")) == [stays]


def numbers(told):
    return [page["id"] for page in told["pages"]]


def test_a_page_tells_where_it_is_and_what_became_of_it(asks):
    """Address, source, channel, state, last outcome, verdict and reason, next visit, captures."""
    (page,) = lists(NEWS.format(1))
    gave(page, 1)
    gave_none(page, 2)
    answer = asks(f"/pages/{page}")
    assert (answer["url"], answer["source"]) == (NEWS.format(1), "harbor")
    assert [(channel["source"], channel["kind"], channel["url"]) for channel in answer["channels"]] == [
        ("harbor", "feed", FEED)
    ]
    assert (answer["state"], answer["outcome"]) == ("due", "new")
    assert (answer["verdict"], answer["reason"], answer["because"]) == ("rejected", "listing", "It lists 9 articles.")
    assert (answer["article"], answer["readable"], answer["capture"]) == ("art_a", "capture-1", "capture-2")
    assert answer["next_visit_at"] is not None
    assert asks()["pages"] == [answer]
    assert asks("/pages/999") == 404


def test_what_the_newest_capture_gave_is_told_and_asked_for(asks):
    """An article, none, nobody knows yet; or there is no capture."""
    read, rejected, mended, unread, none = lists(*map(NEWS.format, range(1, 6)))
    gave(read, 1)
    gave_none(rejected, 1, "stub")
    gave_none(mended, 1)
    gave(mended, 2)
    gave(unread, 1)
    captured(unread, 2)
    by_name = {verdict: numbers(asks(verdict=verdict)) for verdict in ("article", "rejected", "unread", "nothing")}
    assert by_name == {"article": [mended, read], "rejected": [rejected], "unread": [unread], "nothing": [none]}
    assert (numbers(asks(reason="stub")), numbers(asks(reason="listing"))) == ([rejected], [])


def test_where_a_page_is_is_asked_for(asks):
    """Due, in flight, waiting for its next visit, given up on; the sum of all is every page."""
    due, flies, rests, given_up, lost = pages = lists(*map(NEWS.format, range(1, 6)))
    by_page = {entry_page: row for row, entry_page in _visits()}
    with transaction() as session:
        enqueue(session, FetchPage(page=rests), due_at=later(days=1))
    _rewrite(by_page[rests], "due_at = :later")
    _rewrite(by_page[given_up], "dead_lettered_at = :now, reason = 'It broke.'")
    _rewrite(by_page[lost], None)
    [job] = jobs.claim("FetchPage", [by_page[flies]], utcnow())
    states = ("due", "in_flight", "at_rest", "dead_lettered", "unaccounted")
    assert {state: numbers(asks(state=state)) for state in states} == {
        "due": [due],
        "in_flight": [flies],
        "at_rest": [rests],
        "dead_lettered": [given_up],
        "unaccounted": [lost],
    }
    assert numbers(asks()) == sorted(pages, reverse=True)
    with job.complete():
        pass


def _visits():
    with reading() as session:
        return [(row.id, row.page) for row in session.execute(_all_visits())]


def _all_visits():
    return select(ledger.c.id, ledger.c.page).where(ledger.c.kind == "FetchPage")


def _rewrite(row, values):
    fields = f"UPDATE ledger SET {values} WHERE id = :row" if values else "DELETE FROM ledger WHERE id = :row"
    with transaction() as session:
        by_name = {
            name: when for name, when in {"now": utcnow(), "later": later(days=1)}.items() if f":{name}" in fields
        }
        session.execute(text(fields), {"row": row} | by_name)


@pytest.mark.parametrize(("window", "few"), [(500, 2_000), (0, 2_000), (0, 0)], ids=["first", "index", "many"])
def test_a_page_is_found_by_any_address_that_it_has_or_had_and_by_parts_of_it(asks, monkeypatch, window, few):
    """Parts are looked for among the first pages, and then by the words of addresses, however many pages there are."""
    monkeypatch.setattr(parts, "WINDOW", window)
    monkeypatch.setattr(parts, "FEW", few)
    first, two, other = lists(
        NEWS.format("a-storm"), NEWS.format("the-tide"), "https://port.example:8080/news/A_storm/"
    )
    with transaction() as session:
        session.add(Alias(key=page_key("https://www.harbor.example/old/storm/"), page_id=first))
    assert numbers(asks(address=NEWS.format("a-storm"))) == [first]
    assert numbers(asks(address="https://www.harbor.example/old/storm/")) == [first]
    assert numbers(asks(address="https://www.harbor.example/news/")) == [two, first]
    assert numbers(asks(address="A_STORM")) == [other]
    assert numbers(asks(address="STORM")) == [other, first]
    assert numbers(asks(host="www.HARBOR.example")) == [two, first]
    assert numbers(asks(host="port.example:8080")) == [other]
    assert numbers(asks(host="port.example")) == []
    assert numbers(asks(address="no_such%")) == []
    assert numbers(asks(address="%'\"")) == []
    assert numbers(asks(address="harbor.example/news/the")) == [two]
    assert numbers(asks(address="storm/", source="harbor")) == [other, first]


def test_pages_are_listed_page_by_page_and_by_source(asks):
    first, second, third = lists(*map(NEWS.format, range(1, 4)))
    (other,) = lists("https://port.example/news/1/", name="port", feed="https://port.example/rss")
    shown = asks(limit=2)
    assert numbers(shown) == [other, third]
    following = asks(limit=2, after=shown["next"])
    assert (numbers(following), following["next"]) == ([second, first], None)
    assert numbers(asks(source="port")) == [other]
    assert asks(after="nonsense") == 422
    assert asks(host="") == 422


def test_a_secret_in_an_address_is_shown_to_admins_only_and_found_by_nobody_else(asks):
    """A reader who may search for it letter by letter has it in the end."""
    (page,) = lists(NEWS.format("1") + "?token=s3cretword")
    assert "s3cretword" in asks()["pages"][0]["url"]
    assert "s3cretword" not in str(asks(scope="read"))
    for guess in ("s3cret", "token=s3", NEWS.format("1") + "?token=s3c"):
        assert numbers(asks(address=guess)) == [page], guess
    assert numbers(asks(scope="read", address="s3cret")) == []
    for guess in ("s3c", "zzz"):
        assert numbers(asks(scope="read", address=f"{NEWS.format('1')}?token={guess}")) == [page]
    assert numbers(asks(scope="read", address="news/1/")) == [page]


def test_every_condition_can_be_asked_together():
    """Each of them must hold."""
    (page, _) = lists(NEWS.format(1), NEWS.format(2))
    gave_none(page, 1)
    query = PageQuery("harbor", "www.harbor.example", "due", "rejected", "listing", "news")
    with reading() as session:
        assert [row.id for row in find_pages(session, query, utcnow(), 10, None)] == [page]
