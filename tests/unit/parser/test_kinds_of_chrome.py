"""What surrounds and breaks articles on agencies' pages: each kind on a small page of its own, its text read whole."""

# ruff: noqa: E501 - a page is one line

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from services.contracts.article import Article
from services.parser.extract import extract

A = "Crews from three counties opened the new river crossing on Tuesday after eleven months of work, the office said."
B = "The bridge carries about nine thousand vehicles a day, and the detour that replaced it took twenty minutes more."
C = "Inspectors will return in the spring to measure how the deck settled, and will publish what they find by June."
T = f"<p>{A}</p><p>{B}</p><p>{C}</p>"
TITLE = "River Crossing Opens After Eleven Months"
H = f"<h1>{TITLE}</h1>"


@dataclass(frozen=True)
class Kind:
    """A page of a kind, and what is read of it."""

    inner: str
    body: tuple[str, ...] = (A, B, C)
    head: str = ""
    title: str = TITLE
    attributes: str = ""
    headline: str = TITLE
    day: str | None = None


def extracted(kind):
    markup = f'<!DOCTYPE html><html lang="en"><head><title>{kind.title}</title>{kind.head}</head><body {kind.attributes}>{kind.inner}</body></html>'
    return extract(markup.encode(), url="https://valley.example/a/crossing", now=datetime(2020, 6, 1, tzinfo=UTC))


KINDS = {
    "body-class": Kind(f"<div>{H}{T}</div>", attributes='class="newsletter breadcrumb page sidebar comments"'),
    "article-class": Kind(f'<article class="share-buttons related newsletter">{H}{T}</article>'),
    "main-content-anchor": Kind(f'<a id="main-content"></a><div class="region">{H}{T}</div>'),
    "empty-main": Kind(f'<main></main><div class="c">{H}{T}</div>'),
    "nav-open": Kind(
        f'<nav><ul><li><a href="/">Home</a></li><li><a href="/n">News</a></li></ul><div class="c">{H}{T}</div>'
    ),
    "button-open": Kind(f'<button>Menu<div class="c">{H}{T}</div>'),
    "style-open": Kind(f'<style>.a{{color:red}} <div class="c">{H}{T}</div>'),
    "aside-around": Kind(f'<aside><div class="c">{H}{T}</div></aside>'),
    "footer-around": Kind(f'<div class="footer-wrap"><footer><article>{H}{T}</article></footer></div>'),
    "header-around": Kind(f'<header class="page"><h1>River Crossing Opens After Eleven Months</h1>{T}</header>'),
    "form-around": Kind(f'<form id="aspnetForm"><div>{H}{T}</div></form>'),
    "fields": Kind(
        f'<main>{H}{T}<div class="f"><div class="l">Component</div><div>Office of Bridges</div></div><div class="f"><div class="l">Topic</div><div>Roads</div></div><div class="f"><div class="l">Press Release Number:</div><div>23-411</div></div></main>'
    ),
    "fields-dl": Kind(
        f"<main>{H}<dl><dt>Component(s):</dt><dd>Office of Bridges</dd><dt>Press Release Number:</dt><dd>23-411</dd></dl>{T}</main>"
    ),
    "languages": Kind(
        f'<main>{H}<ul class="langs"><li><a href="/es">Español</a></li><li><a href="/fr">Français</a></li><li><a href="/vi">Tiếng Việt</a></li></ul>{T}</main>'
    ),
    "languages2": Kind(f'<main>{H}<p>Available in: <a href="/es">Español</a> | <a href="/ko">한국어</a></p>{T}</main>'),
    "downloads": Kind(
        f'<main>{H}{T}<table><tr><th>File</th><th>Size</th><th>Type</th></tr><tr><td><a href="/a.pdf">Bridge plan</a></td><td>1.2 MB</td><td>PDF</td></tr><tr><td><a href="/b.pdf">Detour map</a></td><td>300 KB</td><td>PDF</td></tr></table></main>'
    ),
    "also-like": Kind(
        f'<main>{H}{T}<div><h2>You might also like</h2><a href="/1">Old Pier Falls Into the River</a><a href="/2">Ferry Names New Captain</a></div></main>'
    ),
    "addthis": Kind(f"<main>{H}<div>Addthis</div>{T}<div>Addthis</div></main>"),
    "issued": Kind(f"<main>{H}<p>Issued on: March 5, 2019</p>{T}</main>", day="2019-03-05"),
    "subir": Kind(f'<main>{H}{T}<a href="#top">Subir</a></main>'),
    "shareline": Kind(f"<main>{H}<p>Share this: Facebook Twitter</p>{T}<p>Share: Facebook | X | Email</p></main>"),
    "jsonld-body": Kind(
        '<main><div id="root"></div></main>',
        head=f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"River Crossing Opens After Eleven Months","articleBody":"{A}\\n\\n{B}\\n\\n{C}"}}</script>',
    ),
    "next-state": Kind(
        f'<div id="__next"></div><script id="__NEXT_DATA__" type="application/json">{{"props":{{"pageProps":{{"article":{{"title":"River Crossing Opens After Eleven Months","body":"<p>{A}</p><p>{B}</p><p>{C}</p>"}}}}}}}}</script>'
    ),
    "boxes": Kind(
        f'<main>{H}<div class="box"><p>{A}</p></div><div class="box"><p>{B}</p></div><div class="box"><p>{C}</p></div></main>'
    ),
    "boxes2": Kind(
        f'<div class="page">{H}<div class="row"><div class="col"><div class="rich"><p>{A}</p></div></div></div><div class="row"><div class="col"><img src="/a.jpg"></div></div><div class="row"><div class="col"><div class="rich"><p>{B}</p><p>{C}</p></div></div></div></div>'
    ),
    "list": Kind(
        f"<main>{H}<p>{A}</p><ul><li>Nine lamps</li><li>Two lanes</li></ul><p>{C}</p></main>",
        body=(
            A,
            "Nine lamps",
            "Two lanes",
            C,
        ),
    ),
    "table": Kind(
        f"<main>{H}<p>{A}</p><table><tr><th>Year</th><th>Cars</th></tr><tr><td>2019</td><td>9,000</td></tr><tr><td>2020</td><td>7,500</td></tr></table><p>{C}</p></main>",
        body=(
            A,
            "Year | Cars",
            "2019 | 9,000",
            "2020 | 7,500",
            C,
        ),
    ),
    "pre": Kind(
        f"<main>{H}<p>{A}</p><pre>Lane   Width\nNorth  12 ft\nSouth  12 ft</pre><p>{C}</p></main>",
        body=(
            A,
            "Lane Width",
            "North 12 ft",
            "South 12 ft",
            C,
        ),
    ),
    "nested-p": Kind(
        f"<main>{H}<p>{A}</p><ul><li><p>Nine lamps</p><p>along the rail.</p></li><li><p>Two lanes</p></li></ul><p>{C}</p></main>",
        body=(
            A,
            "Nine lamps",
            "along the rail.",
            "Two lanes",
            C,
        ),
    ),
    "updated-only": Kind(f"<main>{H}<p>Last updated: March 5, 2019</p>{T}</main>", day="-"),
    "updated-below": Kind(f"<main>{H}{T}<p>Page last reviewed March 5, 2019</p></main>", day="-"),
    "date-outside": Kind(
        f'<div class="top"><span class="date">March 5, 2019</span></div><main>{H}{T}</main>', day="2019-03-05"
    ),
    "future": Kind(f"<main>{H}<p>March 5, 2029</p>{T}</main>", day="-"),
    "section-headline": Kind(
        f"<h1>News</h1><main><h2>River Crossing Opens After Eleven Months</h2>{T}</main>",
        headline="River Crossing Opens After Eleven Months",
    ),
    "twice-escaped": Kind(
        f"<main><h1>Bridges &amp;amp; Roads: Crossing Opens After Months</h1>{T}</main>",
        title="Bridges &amp;amp; Roads: Crossing Opens After Months",
        headline="Bridges & Roads: Crossing Opens After Months",
    ),
    "menu-byline": Kind(
        f'<ul><li><a href="/">By Topic</a></li><li><a href="/d">By Date</a></li></ul><main>{H}{T}</main>'
    ),
    "caps-names": Kind(f"<main>{H}<p>By DANA EXAMPLE, 12TH HARBOR UNIT and ROBIN EXAMPLE, 3RD PIER UNIT</p>{T}</main>"),
    "two-pages": Kind(
        f'<main>{H}{T}<div class="pages">Page 1 of 2 <a rel="next" href="?page=2">Next page</a></div></main>'
    ),
    "lazy": Kind(
        f'<main>{H}<p>{A}</p><figure><img data-src="/bridge.jpg" src="data:image/gif;base64,AAAA"><figcaption>The bridge at dawn.</figcaption></figure><p>{B}</p><p>{C}</p></main>'
    ),
    "player": Kind(
        f'<main>{H}<div class="player"><p>This video is not available in your browser.</p><p>Play</p><p>00:00 / 02:14</p></div>{T}</main>'
    ),
    "print-email": Kind(
        f'<main>{H}<div><a href="/p">Print</a> <a href="/e">Email</a></div>{T}<div><a href="/p">Print</a> <a href="/e">Email</a></div></main>'
    ),
    "feedback": Kind(
        f"<main>{H}{T}<div><h2>Was this page helpful?</h2><button>Yes</button><button>No</button><p>Tell us what we could do better, and we read every answer.</p></div></main>"
    ),
    "related-inline": Kind(
        f'<main>{H}<p>{A}</p><p><strong>RELATED:</strong> <a href="/1">Old Pier Falls Into the River After the Storm</a></p><p>{B}</p><p>{C}</p></main>'
    ),
    "newsletter-inline": Kind(
        f'<main>{H}<p>{A}</p><div class="signup"><p>Sign up for our newsletter and never miss a story from the valley.</p><input name=e><button>Go</button></div><p>{B}</p><p>{C}</p></main>'
    ),
    "contact": Kind(f"<main>{H}{T}<p>Media Contact: Dana Example, 555-0100, dana@valley.example</p><p>###</p></main>"),
    "boiler-about": Kind(
        f"<main>{H}{T}<p>###</p><p>Follow us at facebook.com/valley and twitter.com/valley.</p></main>"
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_text_of_a_page_is_read_whole_whatever_surrounds_it(name):
    kind = KINDS[name]
    article = extracted(kind)
    assert isinstance(article, Article)
    assert tuple(block.text for block in article.body) == kind.body
    assert article.headline == kind.headline
    if kind.day:
        assert str(article.published_at or "-")[:10] == kind.day


def test_an_entry_of_a_menu_is_no_byline():
    assert extracted(KINDS["menu-byline"]).byline == ()


def test_names_in_capitals_have_their_units():
    results = [(by.name, by.affiliation) for by in extracted(KINDS["caps-names"]).byline]
    assert results == [("DANA EXAMPLE", "12TH HARBOR UNIT"), ("ROBIN EXAMPLE", "3RD PIER UNIT")]


def test_a_page_of_two_says_where_it_goes_on():
    assert extracted(KINDS["two-pages"]).continues_at


def test_a_picture_that_loads_late_is_a_picture():
    assert [image.caption for image in extracted(KINDS["lazy"]).images] == ["The bridge at dawn."]


@pytest.mark.parametrize("name", ["jsonld-body", "next-state"])
def test_a_text_that_the_page_does_not_show_says_where_it_was_read(name):
    assert extracted(KINDS[name]).read_from
