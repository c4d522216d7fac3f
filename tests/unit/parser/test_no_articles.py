"""Pages of newsrooms that are no articles, each as another site would make it, and articles that look like them."""

import pytest

from services.contracts.article import Article, Rejected
from services.parser.contract import as_line
from services.parser.extract import extract

TITLES = (
    "Ferry Office Names New Captain", "North Pier Closes for Repairs", "Winter Timetable Starts on Monday",
    "Harbor Fees Stay the Same in Spring", "Council Meets on Dredging Plans", "Lighthouse Opens to Visitors Again",
    "Three Bridges Get New Lamps", "Divers Find the Lost Anchor of 1911",
)  # fmt: skip
TEASER = "The office said on Monday that the work would begin in spring and end before the first ferry of the summer."
TEXT = (
    "Crews from three counties opened the new river crossing on Tuesday after eleven months of work, the office said.",
    "The bridge carries about nine thousand vehicles a day, and the detour that replaced it took twenty minutes more.",
    "Inspectors will return in the spring to measure how the deck settled, and will publish what they find by June.",
)
AGENCY = (
    '<section class="usa-banner"><header><p>An official website of the United States government</p></header></section>'
)


def page(title: str, main: str, *, head: str = "", before: str = "") -> bytes:
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title} | Valley Harbor Office</title>{head}</head>'
        f"<body>{before}{main}</body></html>"
    ).encode()


def links(shape: str, *, count: int = len(TITLES)) -> str:
    """Cards: `shape` has a place for the title, a day and an address."""
    return "".join(
        shape.format(title=title, day=f"March {at}, 2023", number=f"{at:02}/03/2023", href=f"/x/{at}")
        for at, title in enumerate(TITLES[:count], 1)
    )


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


LISTINGS = {
    "headings with days under them": (
        "https://valley.gov/press-briefings",
        page("Press Briefings", "<main><h1>Press Briefings</h1>" + links(
            '<div class="row"><h3><a href="{href}">{title}</a></h3><span>{day}</span></div>') + "</main>"),
    ),
    "teasers under linked headings": (
        "https://valley.example/news",
        page("News", '<div id="content"><h1>News</h1>' + links(
            f'<article><h2><a href="{{href}}">{{title}}</a></h2><time>{{day}}</time><p>{TEASER}</p></article>')
            + "</div>"),
    ),
    "a table of releases": (
        "https://valley.gov/releases.htm",
        page("2023 Press Releases", "<main><h1>2023 Press Releases</h1><table>" + links(
            '<tr><td>{number}</td><td><a href="{href}">{title}</a></td></tr>') + "</table></main>"),
    ),
    "the second page of an archive": (
        "https://valley.example/archive/page/2",
        page("Archive", "<h1>From the Archive</h1><ul>" + links('<li>{day} <a href="{href}">{title}</a></li>')
             + '</ul><a href="/archive/page/3">Next page</a><a href="/archive">Previous page</a>'),
    ),
    "cards that end in Read more": (
        "https://valley.example/updates/",
        page("Updates", "<main><h1>Updates</h1>" + links(
            '<div class="card"><h3>{title}</h3><p>{day}</p><a href="{href}">Read more</a></div>') + "</main>"),
    ),
    "a hub of help whose cards have no days": (
        "https://valley.example/help/after-a-flood",
        page("After a Flood", "<main><h1>After a Flood</h1><p>There are several ways to get help.</p>" + links(
            f'<div class="box"><h3><a href="{{href}}">{{title}}</a></h3><p>{TEASER}</p></div>', count=6) + "</main>"),
    ),
    "the front page of a company": (
        "https://valley.example/",
        page("Valley", "<h1>We build bridges</h1>" + "".join(
            f"<section><h2>{title}</h2><p>{TEASER}</p><a href='/x'>Learn more</a></section>" for title in TITLES[:4])),
    ),
    "a front page with a sentence about the office": (
        "https://valley.gov/",
        page("Welcome", "<main><h1>Valley Harbor Office</h1><p>We keep the harbor open for all who sail, row"
             " or swim here.</p>" + links('<div class="tile"><a href="{href}"><h2>{title}</h2></a></div>') + "</main>"),
    ),
    "a topic with text and a paged list of news": (
        "https://valley.gov/topics/storm-ida?page=1",
        page("Storm Ida", "<main><h1>Storm Ida</h1>" + paragraphs(*TEXT) + "<h2>Releases</h2>" + links(
            f'<div class="hit"><div><a href="{{href}}">{{title}}</a></div><div>{TEASER}</div><div>{{day}}</div></div>')
            + '<a href="?page=0">Previous page</a><a href="?page=2">Next page</a></main>'),
    ),
    "search results": (
        "https://valley.example/?s=ferry",
        page("You searched for ferry", "<main><h1>ferry</h1>" + links(
            '<article><h2><a href="{href}">{title}</a></h2></article>') + "</main>"),
    ),
    "Spanish news with days first": (
        "https://valle.example/novedades",
        page("Novedades", "<main><h1>Novedades</h1>" + links(
            '<div><span>{number}</span><h2><a href="{href}">{title}</a></h2></div>') + "</main>"),
    ),
    "videos with their running times": (
        "https://valley.gov/videos",
        page("Videos", "<main><h1>Videos</h1>" + links(
            '<div><a href="{href}">{title}</a><span>00:02:27</span></div>') + "</main>"),
    ),
    "a list that calls itself a collection": (
        "https://valley.example/harbor",
        page("The Harbor", "<main><h1>The Harbor</h1>" + links('<h2><a href="{href}">{title}</a></h2>') + "</main>",
             head='<script type="application/ld+json">{"@type": "CollectionPage", "name": "The Harbor"}</script>'),
    ),
    "a map of the site": (
        "https://valley.gov/sitemap",
        page("Site Map", "<main><h1>Site Map</h1><ul><li><a href='/a'>About</a></li><li><a href='/n'>News</a></li>"
             "<li><a href='/c'>Contact</a></li></ul></main>"),
    ),
}  # fmt: skip

MISTAKES = {
    "an error with a headline of its own": page(
        "Search Error", "<main><h1>Search Error</h1><p>Unfortunately, the website you were on experienced an error. As"
        " a result, it sent you here.</p><p>You can use the back button of your browser, or try again.</p></main>"),
    "an apology under the name of the site": page(
        "Valley", "<main><h1>Valley Harbor Office</h1><p>We're sorry, the page you are looking for is no longer"
        " here.</p><p>Try the search, or begin at the front page.</p></main>"),
    "a page that moved": page(
        "This page has moved", "<main><h1>This page has moved</h1><p>Please update your bookmarks, and look for it in"
        " the new newsroom of the office.</p></main>"),
    "an error in French": page(
        "Page introuvable", "<main><h1>Page introuvable</h1><p>La page que vous cherchez n'est plus ici, ou l'adresse"
        " est fausse.</p></main>"),
    "a form to log in": page(
        "User account", '<div role="main"><h1>valley.gov</h1><div>You are not logged in.</div><form><h2>I have an'
        ' account</h2><p>You may log in with your name or your address.</p><input name="name"><input type="password">'
        "<button>Log in</button></form></div>"),
    "a form to subscribe": page(
        "Subscribe", '<main><h1>Subscribe to Our Newsletter</h1><form><p>Fill in your address, and we write to you'
        ' every week.</p><input name="a"><button>Send</button></form></main>'),
}  # fmt: skip

REFERENCES = {
    "a privacy policy with the day of the publishing system": (
        "https://valley.gov/privacy-policy",
        page("Privacy Policy", "<main><h1>Privacy Policy</h1>" + paragraphs(*TEXT) + "</main>", before=AGENCY,
             head='<meta property="article:published_time" content="2020-05-04T10:00:00Z">'),
    ),
    "what an agency knows of a disaster": (
        "https://valley.gov/disaster/4999",
        page("Valley Flood", "<main><h1>Valley Flood</h1><p>Incident period: May 2, 2023 - May 9, 2023</p>"
             "<p>Declaration date: May 10, 2023</p>" + paragraphs(*TEXT) + "</main>", before=AGENCY),
    ),
    "the life of an attorney": (
        "https://valley.gov/criminal/staff-profile/dana-example",
        page("Dana Example", "<main><h1>Dana Example</h1>" + paragraphs(*TEXT) + "</main>", before=AGENCY),
    ),
    "a glossary": (
        "https://valley.example/terms",
        page("Glossary", "<main><h1>Glossary</h1><p>2 (1) | A (65) | B (31)</p><h2>A</h2><p>Abutment</p><p>The end"
             " support of a bridge.</p><p>Apron</p><p>The flat part in front of a gate, where boats wait for it.</p>"
             "</main>"),
    ),
    "a staff list": (
        "https://valley.gov/people",
        page("Staff Directory", "<main><h1>Staff Directory</h1>" + paragraphs(
            "Dana Example, who directs the office, can be reached on weekdays from nine in the morning until noon.",
            "Robin Example keeps the books of the harbor and the ferry, and answers letters about fees and fines.")
            + "</main>"),
    ),
    "questions that are asked often": (
        "https://valley.gov/ferry/faq",
        page("Frequently Asked Questions", "<main><h1>Frequently Asked Questions</h1><h2>When does it leave?</h2>"
             + paragraphs(*TEXT) + "</main>"),
    ),
    "the dates of meetings": (
        "https://valley.gov/board",
        page("Meeting Schedule", "<main><h1>Board Meeting Schedule</h1><p>The board meets on the first Monday of every"
             " month at six in the evening, in the hall of the old customs house.</p></main>"),
    ),
    "an agency's page that its own menu leads to": (
        "https://valley.gov/boating",
        page("Boating in the Valley", "<nav><ul><li><a href='/ferry'>Ferry</a></li><li><a href='/boating'>Boating</a>"
             "</li><li><a href='/fishing'>Fishing</a></li></ul></nav><main><h1>Boating in the Valley</h1>"
             + paragraphs(TEXT[1]) + "</main>", before=AGENCY),
    ),
}  # fmt: skip

ARTICLES = {
    "a short release beside the latest others": (
        "https://valley.gov/news/ferry-office-will-open-on-saturdays-from-june",
        page("Ferry Office Will Open on Saturdays From June", '<main><h1>Ferry Office Will Open on Saturdays From'
             ' June</h1><p class="date">May 2, 2023</p><p>The ferry office will open on Saturdays from nine to noon'
             " from June, the director said.</p><div class='latest'><h2>Latest</h2>" + links(
                 '<div><h3><a href="{href}">{title}</a></h3><span>{day}</span></div>') + "</div></main>"),
    ),
    "a short release below the latest others": (
        "https://valley.gov/ferry",
        page(
            "Saturday Ferry",
            "<div><h2>Latest</h2>"
            + links('<div><h3><a href="{href}">{title}</a></h3><span>{day}</span></div>')
            + "</div><main><h1>Saturday Ferry</h1><p class='date'>May 2, 2023</p><p>The ferry office will open on"
            " Saturdays from nine to noon from June, the director said.</p></main>",
        ),
    ),
    "an article under an address that ends in index.html": (
        "https://valley.example/2023/05/02/bridge/index.html",
        page("River Crossing Opens After Eleven Months of Work", "<main><h1>River Crossing Opens After Eleven Months of"
             " Work</h1>" + paragraphs(*TEXT) + "</main>"),
    ),
    "an article about a mistake": (
        "https://valley.example/a/clerical-error",
        page("Error in Bridge Plans Costs a Million", "<main><h1>Error in Bridge Plans Costs a Million</h1>"
             + paragraphs(*TEXT) + "</main>"),
    ),
    "an article with links between its paragraphs": (
        "https://valley.example/a/crossing",
        page("River Crossing Opens", "<article><h1>River Crossing Opens</h1>" + "".join(
            f"<p>{text}</p><p><a href='/x/{at}'>{TITLES[at]}</a></p>" for at, text in enumerate(TEXT)) + "</article>"),
    ),
    "an article about the press": (
        "https://valley.example/a/press-under-pressure",
        page("Local News", "<article><h1>Local News</h1>" + paragraphs(*TEXT) + "</article>"),
    ),
    "an article of an office that its menu does not lead to": (
        "https://valley.gov/crossing-opens",
        page("River Crossing Opens", "<nav><ul><li><a href='/ferry'>Ferry</a></li><li><a href='/boating'>Boating</a>"
             "</li><li><a href='/fishing'>Fishing</a></li></ul></nav><main><h1>River Crossing Opens</h1>"
             + paragraphs(*TEXT) + "</main>", before=AGENCY),
    ),
    "a list of places with a headline of its own and linked subheads": (
        "https://valley.example/eight-piers",
        page("Eight Piers to See Before Winter", "<article><h1>Eight Piers to See Before Winter</h1>" + links(
            f'<h2><a href="{{href}}">{{title}}</a></h2><p>{TEASER}</p>') + "</article>"),
    ),
    "an article beside a form to log in": (
        "https://valley.example/a/crossing",
        page("River Crossing Opens", '<form><input type="password"></form><article><h1>River Crossing Opens</h1>'
             + paragraphs(*TEXT) + "</article>"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTINGS)
def test_a_page_that_leads_to_articles_is_a_listing(name):
    url, markup = LISTINGS[name]
    reading = extract(markup, url=url)
    assert isinstance(reading, Rejected)
    assert reading.reason == "listing"


@pytest.mark.parametrize("name", MISTAKES)
def test_an_error_or_a_form_is_no_article_whatever_it_is_called(name):
    reading = extract(MISTAKES[name], url="https://valley.gov/x")
    assert isinstance(reading, Rejected)
    assert reading.reason == "not_an_article"


def test_a_question_for_consent_is_a_wall():
    """Before, it was read as an article of one paragraph."""
    text = "<p>We and our 823 partners store and access information on a device, such as cookies, and use it.</p>"
    reading = extract(
        page("Before you continue", f"<h1>Before you continue</h1>{text}").replace(b" | Valley Harbor Office", b"")
    )
    assert isinstance(reading, Rejected)
    assert reading.reason == "blocked"


@pytest.mark.parametrize("name", REFERENCES)
def test_a_page_that_stays_is_a_reference(name):
    url, markup = REFERENCES[name]
    reading = extract(markup, url=url)
    assert isinstance(reading, Article)
    assert reading.kind == "reference"


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_is_not_taken_for_a_listing(name):
    url, markup = ARTICLES[name]
    reading = extract(markup, url=url)
    assert isinstance(reading, Article)
    assert reading.kind != "reference"


def test_a_reference_page_is_answered_with_its_text_and_why_it_is_no_news():
    url, markup = REFERENCES["a staff list"]
    line = as_line(extract(markup, url=url), url)
    assert line["headline"] == "Staff Directory"
    assert line["body"]
    assert line["rejected"]["reason"] == "reference"
