"""Pages in the manner of well-known plugins and builders: what stands beside, over and between the text."""

import pytest
from test_edges import line, of_words
from test_scripts_and_unshown import ENGLISH, body, page

from services.parser.extract import extract
from services.parser.passes import late_heads

HEADING = "<h1>Second Landing Opens Early</h1>"
TEXT = "".join(f"<p>{text}</p>" for text in ENGLISH)

BOXES = {
    "a table of contents": "<div id='ez-toc-container'><ul><li><a href='#a'>Why the town waits</a></li></ul></div>",
    "a subscription": "<div class='subscription-widget-wrap'><p>Thanks for reading! Subscribe for free.</p></div>",
    "a consent": "<div id='onetrust-consent-sdk'><p>We store data on your device to show you more.</p></div>",
    "sharing": "<div class='sharedaddy'><h3>Share this:</h3><ul><li><a href='/t'>Twitter</a></li></ul></div>",
    "other posts": "<div class='jp-relatedposts'><h3>More of this</h3><p>Another landing closed a year ago.</p></div>",
    "the author": "<div class='saboxplugin-wrap'><p>Dana Example writes about the harbor and its boats.</p></div>",
}


@pytest.mark.parametrize("name", BOXES)
@pytest.mark.parametrize("after", [1, 5])
def test_the_box_of_a_plugin_is_no_text_wherever_it_stands(name, after):
    texts = [f"<p>{text}</p>" for text in ENGLISH]
    inner = "".join([HEADING, *texts[:after], BOXES[name], *texts[after:]])
    assert body(extract(page(f"<article>{inner}</article>"))) == list(ENGLISH)


@pytest.mark.parametrize(("under", "is_over"), [(48, True), (47, False)])
def test_a_little_text_in_a_box_over_the_headline_is_the_sites(under, is_over):
    """A sidebar that comes first in the markup, or a note about signing in: four times as much stands below."""
    lines = [
        line(of_words(12, "."), place=1),
        line("Second Landing Opens Early", place=2, tag="h1", rule="headline"),
        line(of_words(under, "."), place=2),
    ]
    assert late_heads(lines) == ([1] if is_over else [])


def test_a_sidebar_that_comes_first_is_no_text():
    about = "<p>This page is about the sea, its boats and the people who live with both of them all the year.</p>"
    assert body(extract(page(f"<div class='left'>{about}</div><div class='right'>{HEADING}{TEXT}</div>"))) == list(
        ENGLISH
    )


def test_text_over_the_headline_in_the_same_box_is_the_articles():
    """A summary that a site sets over its headline."""
    summary = "The second landing of the harbor is ready two months before anybody had hoped for it, says the office."
    assert summary in body(extract(page(f"<article><p>{summary}</p>{HEADING}{TEXT}</article>")))


def test_what_leads_to_the_front_page_is_the_site_and_no_headline():
    """Where no heading says the title, the first line that the title names was the headline: the name of the site."""
    logo = "<header><a href='/'>Tidewater</a></header>"
    article = extract(page(f"{logo}<div>{TEXT}</div>"))
    assert article.headline == "Second Landing Opens Early"


def test_elements_of_the_pages_own_making_are_boxes():
    """Their words were one line, without a space between the sentences."""
    inner = "".join(f"<x-text>{text}</x-text>" for text in ENGLISH)
    article = extract(page(f"<x-story><x-title>Second Landing Opens Early</x-title>{inner}</x-story>"))
    assert body(article) == list(ENGLISH)
    assert article.headline == "Second Landing Opens Early"


def test_an_element_of_the_pages_own_making_in_a_sentence_is_of_the_sentence():
    first = ENGLISH[0].replace("harbor", "<x-link>harbor</x-link>")
    rest = "".join(f"<p>{text}</p>" for text in ENGLISH[1:])
    assert body(extract(page(f"<article>{HEADING}<p>{first}</p>{rest}</article>"))) == list(ENGLISH)
