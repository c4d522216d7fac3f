"""What becomes of articles where the site answers something odd for a while: over simulated days, with real sockets."""

from itertools import chain

import pytest

from services.contracts.caller import Caller
from services.demo.site import Answer
from services.fetcher import sources
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.runtime.database import transaction, utcnow
from services.store.withdrawals.api import router as withdrawals
from tests.fakes import newsroom as fakes
from tests.fakes.scripted import FEED, Scripted
from tests.support import in_process
from tests.support.fetching import watches
from tests.support.newsday import NewsDay, announced, article, statuses

pytestmark = [pytest.mark.integration, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

STORY, OTHER = "storm-response", "weather-cell"
NEWS = ("article.updated", "article.removed", "article.restored", "article.moved", "article.merged")
ABOUT_SOURCES = ("source.removals", "source.recovered", "source.drifted")
HTML = {"Content-Type": "text/html; charset=utf-8"}
SITE = "<nav>" + "".join(f"<a href='/{name}/'>{name}</a> " for name in ("home", "news", "about")) + "</nav>"
ERROR_TEXT = "<p>You may have followed an old link. Search our pages, or begin at the front page of the newsroom.</p>"
CONSENT = (
    "<p>We and our partners store cookies on your device to measure what is read and to show you what suits you. </p>"
)
BADGES = ("crane", "gull", "heron", "otter", "raven", "shrew", "stork", "swift", "trout", "viper", "wolf", "wren")


@pytest.fixture
def day(fetcher):
    """A clock; feeds are polled every ten hours."""
    fetcher(FETCHER_FEED_INTERVAL="36000")
    return NewsDay()


def served(body, status=200):
    return fakes.always(status, body.encode(), HTML)


def soft_404(heading):
    return f"<html><head><title>Harbor News</title></head><body>{SITE}<h1>{heading}</h1>{ERROR_TEXT}</body></html>"


def begins(day, newsroom, *slugs):
    """One story is there when we come, and is visited seldom; the others are news."""
    newsroom.publishes(slugs[-1])
    watches(newsroom)
    day.passes(minutes=1)
    for slug in slugs[:-1]:
        newsroom.publishes(slug)
    day.passes(hours=12)
    assert set(statuses().values()) == {"live"}
    assert len(statuses()) == len(slugs)


CERTAIN = {
    "403 wall": fakes.bot_wall(),
    "503 for days": fakes.always(503, b"<h1>Service Unavailable</h1>", HTML | {"Retry-After": "172800"}),
    "broken off": fakes.cut_off(),
    "error of a network sent as 200": served("<html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1></html>"),
}


@pytest.mark.parametrize("weather", CERTAIN.values(), ids=CERTAIN)
def test_a_week_of_trouble_and_then_everything_well_is_no_news_of_any_article(day, newsroom, weather):
    """Whatever the whole host answered meanwhile: nothing is removed, restored or worded otherwise."""
    begins(day, newsroom, STORY, OTHER, "media-advisory")
    newsroom.misbehaves("*", weather)
    day.passes(days=7)
    newsroom.behaves()
    day.passes(days=9)
    assert (announced(*NEWS, "source.removals", "source.drifted"), set(statuses().values())) == ([], {"live"})


INSTEAD = {
    "consent": f"<html><title>Before you continue</title><h1>Before you continue</h1>{CONSENT}</html>",
    "long consent": f"<html><title>Harbor News</title><h1>We value your privacy</h1>{CONSENT * 20}</html>",
    "login": "<html><title>Sign in</title><form><input name='user'><input type='password' name='word'></form></html>",
    "network": "<html><title>503 Service Unavailable</title><h1>Error 503</h1><p>Guru Meditation: XID 17</p></html>",
    "origin": soft_404("504 Gateway Time-out"),
}


@pytest.mark.parametrize("body", INSTEAD.values(), ids=INSTEAD)
def test_what_stands_before_many_articles_as_a_good_page_is_neither_their_wording_nor_their_end(day, newsroom, body):
    """Six of eight pages show the same for three days while others are served."""
    begins(day, newsroom, *newsroom.samples)
    before = {slug: article(slug).revisions for slug in statuses()}
    for slug in set(newsroom.samples) - {"contracts", OTHER}:
        newsroom.misbehaves(slug, served(body))
    day.passes(days=3)
    assert set(statuses().values()) <= {"live", "blocked"}
    newsroom.behaves()
    day.passes(days=8)
    assert (announced(*NEWS, "source.removals"), set(statuses().values())) == ([], {"live"})
    assert {slug: article(slug).revisions for slug in statuses()} == before


@pytest.mark.parametrize("heading", ["Page not found", "Sorry, the page you requested does not exist"])
def test_a_page_that_calls_itself_missing_in_its_heading_is_removed_after_longer(day, newsroom, heading):
    """200, the site all around, and the title of the site: it was `live` for ever."""
    begins(day, newsroom, STORY, OTHER)
    newsroom.withdraws(STORY)
    newsroom.misbehaves(STORY, served(soft_404(heading)))
    day.passes(days=2)
    assert (statuses()[STORY], announced(*NEWS)) == ("missing", [])
    day.passes(days=12)
    [(kind, data)] = announced(*NEWS)
    assert (kind, data["evidence"][0]["sign"], statuses()[OTHER]) == ("article.removed", "error_page", "live")


def path(number):
    return f"/news/2026/{BADGES[number % 12]}-pier-{number}-reopens"


def page(number, headline=None, body=None):
    """A story of one form, whose names and figures no other has; or of another headline and text."""
    badge = BADGES[number % 12]
    headline = headline or f"The {badge.title()} Pier {number} Reopens After the Storm"
    text = f"Crew {number} of the {badge} company reopened pier {number} at dawn, {number + 3} days after the storm. "
    more = f"The {badge} lamps burn again, and {number * 7 + 11} boats are expected by noon, the harbor master said. "
    rest = f"Divers looked at {number + 40} of the piles and found the {badge} wall sound from end to end. "
    body = f"<p>{body}</p>" if body else f"<p>{text}</p><p>{more}</p><p>{rest}</p><p>{text}{rest}</p>"
    return (
        f"<html><head><title>{headline} | Harbor News</title>"
        "<meta property='article:published_time' content='2026-01-12T10:00:00Z'>"
        "<meta property='og:type' content='article'>"
        f"</head><body>{SITE}<main><article><h1>{headline}</h1>{body}"
        "</article></main></body></html>"
    )


class Paper:
    """A site of plain pages under one folder, and a feed of them."""

    def __init__(self, site):
        self.site = site

    def lists(self, *entries):
        """The feed shows these, of `(path, guid)`."""
        items = "".join(
            f"<item><title>{there}</title><link>{self.site.url}{there}</link>"
            + (f"<guid isPermaLink='false'>{guid}</guid></item>" if guid else "</item>")
            for there, guid in entries
        )
        self.site.serves("/feed", f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>", FEED)

    def begins(self, day, *numbers):
        """The first is there when we come; the others are news."""
        self.site.serves("/robots.txt", "User-agent: *\nAllow: /\n", "text/plain")
        for number in numbers:
            self.site.serves(path(number), page(number))
        self.lists((path(numbers[0]), None))
        seed = SourceSeed(name="paper", channels=[ChannelSeed(kind="feed", url=self.site.url + "/feed")])
        with transaction() as session:
            sources.register(session, seed, utcnow())
        day.passes(minutes=1)
        self.lists(*((path(number), None) for number in numbers))
        day.passes(hours=12)
        assert statuses() == {slug(number): "live" for number in numbers}

    def answers(self, answer, *numbers):
        for number in numbers:
            self.site.answers(path(number), answer)


def slug(number):
    return path(number).rpartition("/")[2]


@pytest.fixture
def paper():
    with Scripted() as site:
        yield Paper(site)


def test_a_takedown_is_told_with_its_own_pages_while_others_answer_500(day, paper):
    """One notice with the six that are gone; of the eight that fail, nothing is told, then or when they are back."""
    paper.begins(day, *range(24))
    gone, broken = range(2, 8), range(10, 18)
    paper.answers(Answer(404, b"<h1>404</h1>", HTML), *gone)
    paper.answers(Answer(500, b"<h1>Server Error</h1>", HTML), *broken)
    paper.lists(*((path(number), None) for number in range(24) if number not in gone))
    day.passes(days=1)
    [(kind, notice)] = announced(*ABOUT_SOURCES)
    assert (kind, notice["number"]) == ("source.removals", 6)
    assert {entry["url"] for entry in notice["pages"]} == {paper.site.url + path(number) for number in gone}
    for number in broken:
        paper.site.serves(path(number), page(number))
    day.passes(days=9)
    removed = [data["article"]["url"] for _, data in announced(*NEWS)]
    assert sorted(removed) == sorted(paper.site.url + path(number) for number in gone)
    expected = {slug(number): "removed" if number in gone else "live" for number in range(24)}
    assert (statuses(), len(announced(*ABOUT_SOURCES))) == (expected, 1)


@pytest.mark.parametrize("target", ["/", "/news/", "/news/2026"], ids=["front", "section", "folder"])
def test_many_pages_that_lead_to_a_front_or_section_page_were_taken_down(day, paper, target):
    """One notice, and single removals when it is certain. One of them became the section page, and stayed live."""
    paper.begins(day, *range(12))
    gone = range(2, 8)
    links = "".join(f"<li><a href='{path(number)}'>{slug(number)}</a></li>" for number in chain(range(2), range(8, 12)))
    paper.site.serves(
        target, f"<html><head><title>News</title></head><body><h1>News</h1><ul>{links}</ul></body></html>"
    )
    paper.answers(Answer(301, b"", {"Location": paper.site.url + target}), *gone)
    paper.lists(*((path(number), None) for number in range(12) if number not in gone))
    day.passes(days=1)
    [(kind, notice)] = announced(*ABOUT_SOURCES)
    assert (kind, notice["number"], announced(*NEWS)) == ("source.removals", 6, [])
    day.passes(days=12)
    assert [kind for kind, _ in announced(*NEWS)] == ["article.removed"] * 6
    assert statuses() == {slug(number): "removed" if number in gone else "live" for number in range(12)}


def test_a_folder_of_one_article_alone_may_be_where_it_is_now(day, paper):
    """An address that is cut short, with nothing else of the source below it, is a move."""
    paper.begins(day, 0, 1)
    long, short = path(1), "/news/2026/pier"
    paper.site.serves(short, page(1))
    paper.answers(Answer(301, b"", {"Location": paper.site.url + short}), 1)
    paper.lists((path(0), None), (short, None))
    day.passes(days=2)
    assert [(kind, data["previous_url"]) for kind, data in announced(*NEWS)] == [
        ("article.moved", paper.site.url + long)
    ]


def test_a_guid_that_is_used_again_for_another_story_makes_another_article(day, paper):
    """The entry leads to another text: neither swallows the other, and nothing has moved."""
    paper.begins(day, 0, 1)
    paper.lists((path(0), None), (path(1), "entry-1"))
    day.passes(hours=11)
    concert = "The band plays in the park on Sunday, with marches and waltzes by three composers of the town. " * 6
    paper.site.serves(path(2), page(2, "Band Plays in the Park", concert))
    paper.lists((path(0), None), (path(2), "entry-1"))
    day.passes(days=3)
    assert statuses() == {slug(number): "live" for number in range(3)}
    assert (len(announced("article.created")), announced(*NEWS)) == (3, [])


OPERATOR = Caller(key=1, name="pat", scopes=frozenset({"read", "admin"}))


@pytest.fixture
def client(fetcher):
    with in_process.client(in_process.app_of({"pat": OPERATOR}, withdrawals), "pat") as client:
        yield client


def orders(client, what):
    answer = client.post(f"/admin/withdrawals/{what}", json={"reason": "The ban was lifted."})
    assert answer.status_code == 204, answer.text


def test_what_a_withdrawn_article_became_meanwhile_is_told_when_it_is_restored(day, newsroom, client):
    """It moved and was corrected: its page stays the same afterwards, and was never read again."""
    begins(day, newsroom, STORY, OTHER)
    hidden = article(STORY)
    orders(client, hidden.id)
    newsroom.corrects(STORY)
    elsewhere = newsroom.address(STORY).rstrip("/") + "-after-all/"
    newsroom.misbehaves(STORY, fakes.redirects(elsewhere))
    day.passes(days=3)
    assert announced(*NEWS) == []
    orders(client, f"{hidden.id}/restore")
    day.passes(days=1)
    [(first, back), (then, corrected)] = announced(*NEWS)
    assert (first, back["article"]["url"]) == ("article.restored", elsewhere)
    assert (then, corrected["article"]["revision"]) == ("article.updated", 2)


def test_a_withdrawn_article_whose_page_went_meanwhile_is_removed_after_it_is_restored(day, newsroom, client):
    """It was live for ever: the removal had been decided while it was hidden."""
    begins(day, newsroom, STORY, OTHER)
    orders(client, article(STORY).id)
    newsroom.deletes(STORY)
    day.passes(days=4)
    assert statuses()[STORY] == "withdrawn"
    orders(client, f"{article(STORY).id}/restore")
    day.passes(hours=2)
    assert statuses()[STORY] == "missing"
    day.passes(days=3)
    assert [kind for kind, _ in announced(*NEWS)] == ["article.restored", "article.removed"]
