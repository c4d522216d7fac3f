"""Reading at the desk: the news first, lists that are searched, sorted and worked on, and all about an article."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from services.access import keys
from services.contracts.messages import SetStatus
from services.contracts.urls import article_id
from services.fetcher import sources
from services.fetcher.models import Source
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.runtime.database import transaction, utcnow
from services.runtime.events.tables import Event
from services.store.save import save
from services.store.status import set_all
from services.webhooks.models import Delivery, Endpoint
from tests.support.at_desk import form_token
from tests.support.kept import saved
from tests.support.orders import KEY, A, B, order

pytestmark = pytest.mark.integration
ID = article_id(KEY)


def story(number, words="The harbor reopened.", **about):
    """Article `number`, seen just now; its id."""
    key, url = f"afpims/defense:{number}", f"https://www.war.gov/News/Article/{number}"
    labels = {"headline": f"Story {number}", "published_at": f"2026-01-{number:02}"} | about
    with transaction() as session:
        save(session, order(words, page=number, key=key, url=url, **labels), utcnow())
    return article_id(key)


def headlines(page):
    return re.findall(r'<h2><a href="[^"]*" dir="auto">([^<]*)</a>', page)


def test_now_leads_with_the_news_and_folds_the_machinery(signed_in):
    """When articles arrived, the latest of them and the latest changes; what counts messages comes after all that."""
    saved(order(A))
    saved(order(B, minute=5))
    story(2)
    page = signed_in("read").get("/").text
    places = [
        page.index(mark)
        for mark in ("1 article first seen in the last day", "Latest articles", "Latest changes", "<summary>How")
    ]
    assert places == sorted(places)
    assert "messages due" in page.split("<summary>How the machinery is")[1]
    assert f"/desk/articles/{ID}/history?number=2" in page.split("Latest changes")[1]
    assert "Story 2" in page.split("Latest articles")[1].split("Latest changes")[0]


@pytest.mark.parametrize(("last", "bars"), [("hour", 12), ("day", 24), ("week", 28)])
def test_the_chart_of_now_shows_an_hour_a_day_or_a_week(signed_in, last, bars):
    story(1)
    page = signed_in("read").get("/", params={"last": last}).text
    assert page.count('class="column"') == bars
    assert page.count(": 1 articles</title>") == 1
    assert f'aria-current="true">{last.capitalize()}</a>' in page


def test_now_names_each_source_that_needs_somebody_and_none_that_is_well(signed_in):
    with transaction() as session:
        for name in ("calm", "walled"):
            channels = (ChannelSeed(kind="feed", url=f"https://{name}.example/feed"),)
            sources.register(session, SourceSeed(name=name, channels=channels), utcnow())
        walled = session.scalars(select(Source).where(Source.name == "walled")).one()
        walled.blocked, walled.blocked_at, walled.blocked_detail = 3, utcnow(), "It answered with a wall."
    needs = signed_in("read").get("/").text.split("Sources that need somebody</h2>")[1].split("</section>")[0]
    assert "It answered with a wall." in needs
    assert "calm" not in needs


def test_now_shows_what_was_taken_down_in_the_last_day_and_nothing_older(signed_in):
    for number, ago in ((1, timedelta(hours=1)), (2, timedelta(days=3))):
        article, since = story(number), utcnow() - ago
        with transaction() as session:
            set_all(
                session,
                [(SetStatus(article=article, status="removed", at=since, since=since, looks=5), None)],
                utcnow(),
            )
    gone = signed_in("read").get("/").text.split("Taken down in the last day</h2>")[1].split("</section>")[0]
    assert ("Story 1" in gone, "Story 2" in gone) == (True, False)


def test_a_list_says_how_many_there_are_and_how_each_begins(signed_in):
    for number in (1, 2):
        story(number)
    page = signed_in("read").get("/articles", params={"q": "source:war-releases"}).text
    assert "<span>2 articles</span>" in page
    assert headlines(page) == ["Story 2", "Story 1"]
    assert "The harbor reopened." in signed_in("read").get("/articles").text


def test_a_filter_is_a_chip_that_leads_to_the_list_without_it(signed_in):
    """The others stay, the order too."""
    story(1)
    browser = signed_in("read")
    page = browser.get("/articles", params={"kind": "news", "source": "war-releases", "order": "oldest"}).text
    chips = re.findall(r'class="chip" href="([^"]+)"><span>([^:]+): <b>([^<]+)</b>', page)
    assert chips == [
        ("/desk/articles?kind=news&amp;order=oldest", "Source", "war-releases"),
        ("/desk/articles?source=war-releases&amp;order=oldest", "Kind", "news"),
    ]


def test_a_list_is_sorted_and_leads_forwards_and_back(signed_in):
    for number in range(1, 61 - 30):
        story(number)
    for number in range(31, 61):
        story(number, published_at=f"2026-02-{number - 30:02}" if number < 59 else "2026-03-01")
    browser = signed_in("read")
    first = browser.get("/articles").text
    older = browser.get(
        re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&").removeprefix("/desk")
    ).text
    assert len(headlines(first)) == 50
    assert len(headlines(older)) == 10
    newer = browser.get(
        re.search(r'href="([^"]+)" rel="prev"', older)[1].replace("&amp;", "&").removeprefix("/desk")
    ).text
    assert headlines(newer) == headlines(first)
    assert headlines(browser.get("/articles", params={"order": "oldest"}).text)[0] == "Story 1"


def test_a_mistake_in_a_search_is_told_beside_it_and_keeps_what_was_typed(signed_in):
    page = signed_in("read").get("/articles", params={"q": "storm sorce:war"})
    assert page.status_code == 200
    assert "There is no field sorce: to search by. Did you mean source:?" in page.text
    assert 'value="storm sorce:war"' in page.text


def test_a_search_leads_to_a_subscription_with_its_filters(signed_in):
    browser = signed_in("subscribe")
    page = browser.get("/articles", params={"q": 'storm "war games" -drill', "source": "war"}).text
    assert "/desk/webhooks/new?words=storm&amp;words=war+games&amp;not_words=drill&amp;sources=war" in page
    notify = browser.get("/notifications", params={"words": ["storm", "war games"], "sources": "war"}).text
    assert 'value="storm, war games"' in notify
    made = browser.get("/webhooks/new", params={"words": ["storm", "war games"], "not_words": "drill"}).text
    assert re.search(r'name="words"[^>]*>storm\nwar games</textarea>', made)
    assert re.search(r'name="not_words"[^>]*>drill</textarea>', made)
    assert "as a subscription" not in browser.get("/articles").text
    assert "as a subscription" not in signed_in("read").get("/articles", params={"q": "storm"}).text


def ticked(browser, order, *articles, **form):
    fields = {f"tick-{article}": "on" for article in articles} | {"order": order, "form_token": form_token(browser)}
    return browser.post("/articles", data=fields | form)


def test_ticked_articles_are_exported_whole_or_as_a_table(signed_in):
    """What a newsroom wrote is no formula in a spreadsheet, and a withdrawn article is in no file."""
    first, second, third = story(1), story(2, headline="=cmd|'/C calc'!A0"), story(3)
    browser = signed_in()
    ticked(browser, "withdraw", third, reason="An error")
    report = ticked(browser, "json", first, second, third)
    assert report.headers["content-disposition"] == 'attachment; filename="articles.json"'
    assert [article["id"] for article in json.loads(report.text)] == [first, second]
    table = list(csv.DictReader(io.StringIO(ticked(browser, "csv", first, second).text)))
    assert [line["headline"] for line in table] == ["Story 1", "'=cmd|'/C calc'!A0"]


def test_ticked_articles_are_reingested_and_withdrawn_by_admins_alone(signed_in):
    first, second = story(1), story(2)
    reader, admin = signed_in("read"), signed_in()
    for act in ("reingest", "withdraw"):
        assert ticked(reader, act, first, reason="why not").status_code in {303, 403}
    assert reader.get(f"/articles/{first}").status_code == 200
    place = ticked(admin, "reingest", first, second, dry_run="on", reason="A better parser")
    assert re.fullmatch(r"/desk/reingestions/\d+", place.headers["location"])
    page = admin.get(place.headers["location"].removeprefix("/desk")).text
    assert "A better parser" in page
    assert (
        ticked(admin, "withdraw", first, second, reason="An error").headers["location"]
        == "/desk/articles?status=withdrawn"
    )
    assert admin.get(f"/articles/{first}").status_code == admin.get(f"/articles/{second}").status_code == 410


def test_what_was_not_ticked_or_not_meant_is_refused_with_a_sentence(signed_in):
    browser = signed_in()
    assert ticked(browser, "json").status_code == 303
    assert "Nothing was ticked." in browser.get("/articles").text
    assert ticked(browser, "burn", ID).status_code == 404
    refused = ticked(browser, "withdraw", story(1), reason="")
    assert refused.status_code == 303
    assert "was refused" in browser.get("/articles").text


def test_an_article_shows_its_events_and_what_was_sent_of_it_to_those_who_may_know(signed_in):
    """A subscriber sees the deliveries of their own endpoints; a reader the events alone."""
    saved(order(A))
    saved(order(B, minute=5))
    fields = {"event_types": [], "filter": {}, "labels": {}, "header_names": [], "sealed_secret": ""}
    with transaction() as session:
        owner, _ = keys.create(session, "owner", ["subscribe"], utcnow())
        event = session.scalars(select(Event).where(Event.subject == ID, Event.type == "article.updated")).one()
        place = Endpoint(
            owner=owner.id,
            url="https://h.example/",
            description="The wire",
            **fields,
            created_at=utcnow(),
            updated_at=utcnow(),
        )
        session.add(place)
        session.flush()
        session.add(
            Delivery(event=event.id, endpoint=place.id, sequence=1, article=ID, created_at=utcnow(), attempts=2)
        )
    by_name = {scope: signed_in(scope).get(f"/articles/{ID}/events").text for scope in ("read", "subscribe", "admin")}
    for page in by_name.values():
        assert re.findall(r'<td class="title">(article\.\w+)<br>', page) == ["article.updated", "article.created"]
    assert ("The wire" in by_name["admin"], "The wire" in by_name["subscribe"], "was sent" in by_name["read"]) == (
        True,
        False,
        False,
    )


def test_an_article_is_handed_out_as_json(signed_in):
    saved(order(A))
    browser = signed_in("read")
    answer = browser.get(f"/articles/{ID}/json")
    assert answer.json()["id"] == ID
    page = browser.get(f"/articles/{ID}").text
    assert f'data-copy="{ID}"' in page
    assert browser.get("/articles/art_none/json").status_code == 404


def test_an_article_that_came_as_a_file_has_no_link_to_a_page(signed_in):
    with transaction() as session:
        came = order(A, url=None)
        save(session, came.model_copy(update={"article": came.article.model_copy(update={"url": None})}), utcnow())
    page = signed_in("read").get(f"/articles/{ID}").text
    assert "It came as a file, without an address." in page
    assert "None" not in page


def test_no_time_on_a_page_is_written_for_machines(signed_in):
    """Each goes through the one helper: in the zone of the reader, and saying so."""
    saved(order(A))
    saved(order(B, minute=5))
    browser = signed_in()
    browser.cookies.set("dateline_browser_zone", "Asia/Tokyo", path="/desk")
    pages = (
        "/",
        "/articles",
        *(f"/articles/{ID}{tab}" for tab in ("", "/history", "/events", "/provenance")),
        "/about",
    )
    for path in pages:
        text = re.sub(r"<(?:pre|code|title|script)\b.*?</|<[^>]*>", " ", browser.get(path).text, flags=re.DOTALL)
        assert re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d|\bUTC\b", text) == [], path


def test_about_says_what_runs_here_and_how_it_is(signed_in):
    page = signed_in("read").get("/about").text
    assert "Dateline 0." in page
    assert "answers" in page


def test_articles_that_were_corrected_are_filtered_at_the_desk(signed_in):
    """The filter is a chip, goes into the feeds of the list, and into the subscription that is made of it."""
    saved(order("The harbor reopened at 5 p.m."))
    saved(order("The harbor reopened at 7 p.m.", minute=5))
    story(2)
    browser = signed_in("admin")
    page = browser.get("/articles", params={"min_grade": "facts"}).text
    assert headlines(page) == ["Harbor Reopens"]
    assert "Changed, at least by: <b>facts</b>" in page
    assert "articles.json?min_grade=facts" in page
    for form in ("/webhooks/new", "/notifications"):
        assert f"{form}?min_grade=facts" in page
        assert '<option value="facts" selected>' in browser.get(form, params={"min_grade": "facts"}).text
    assert headlines(browser.get("/articles", params={"min_grade": "removal"}).text) == []
