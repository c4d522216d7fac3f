"""Pages in the manner of well-known plugins and builders: what stands beside, over and between the text."""

import pytest

from services.parser.characters import decode
from services.parser.extract import extract
from services.parser.page import read_page
from services.parser.passes import late_heads
from services.parser.related import mark_comments
from services.parser.stamps import find_stamps
from tests.support.written_pages import ENGLISH, body, line, of_words, page

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


COMMENTS = (
    "I think so, too, and my neighbours say the same about the whole thing, which is a pity.",
    "That is the best news of the whole year for all of us who have to take the ferry every day.",
)
OVER_COMMENTS = (
    "3 thoughts on “Second Landing Opens Early”", "2 Comments", "Leave a Reply", "2 Kommentare", "2 commentaires",
    "Laisser un commentaire", "2 comentarios", "2 commenti", "2 reacties", "2 комментария", "2 kommentarer",
    "2件のコメント", "Comments (2)",
)  # fmt: skip
OVER_STORIES = (
    "Lesen Sie auch", "Ähnliche Artikel", "À lire aussi", "Articles similaires", "Te puede interesar", "Leggi anche",
    "Leia também", "Lees ook", "Zobacz także", "Читайте также", "Läs också", "İlgili haberler", "関連記事", "相关阅读",
)  # fmt: skip


@pytest.mark.parametrize("heading", OVER_COMMENTS)
@pytest.mark.parametrize("box", ["<div><b>Max</b> says:<p>{}</p></div>", "<p><b>Max</b></p><p>{}</p>"])
def test_comments_are_known_by_the_heading_over_them(heading, box):
    """Where no class says so: they were read as the end of the article."""
    thread = "".join(box.format(comment) for comment in COMMENTS)
    assert body(extract(page(f"{HEADING}{TEXT}<h3>{heading}</h3>{thread}"))) == list(ENGLISH)


@pytest.mark.parametrize("name", ["kommentare", "comments-section", "fb-comments", "reader-comments"])
def test_comments_are_known_by_the_class_of_their_list(name):
    thread = "".join(f"<li><p>{comment}</p></li>" for comment in COMMENTS)
    assert body(extract(page(f"{HEADING}{TEXT}<ol class='{name}'>{thread}</ol>"))) == list(ENGLISH)


def test_comments_on_a_plan_are_a_subhead():
    inner = f"{HEADING}{TEXT}<h3>Comments on the plan from the town</h3><p>{COMMENTS[0]}</p>"
    assert COMMENTS[0] in body(extract(page(inner)))


@pytest.mark.parametrize(("words", "is_over"), [(40, True), (39, False)])
def test_a_number_of_comments_under_a_summary_ends_no_article(words, is_over):
    lines = [line(of_words(words, ".")), line("2 Comments", tag="h3"), line(of_words(30, "!"))]
    mark_comments(lines)
    assert lines[-1].rule == ("comments" if is_over else None)


@pytest.mark.parametrize("heading", OVER_STORIES)
def test_other_stories_are_known_by_their_heading_in_many_languages(heading):
    title = "How the old lighthouse got its third lamp and lost its second keeper in a single night"
    inner = f"<div><h3>{heading}</h3><div><a href='/o'>{title}</a><p>{COMMENTS[0]}</p></div></div>"
    assert body(extract(page(f"{HEADING}{TEXT}{inner}"))) == list(ENGLISH)


@pytest.mark.parametrize("heading", OVER_STORIES)
def test_a_line_that_leads_to_another_story_is_no_text_in_many_languages(heading):
    title = "How the old lighthouse got its third lamp and lost its second keeper in a single night"
    first, *rest = (f"<p>{text}</p>" for text in ENGLISH)
    inner = f"{first}<p><strong>{heading}:</strong> <a href='/o'>{title}</a></p>{''.join(rest)}"
    assert body(extract(page(f"<article>{HEADING}{inner}</article>"))) == list(ENGLISH)


@pytest.mark.parametrize(("length", "is_date"), [(40, True), (41, False)])
def test_a_date_in_boxes_stands_in_a_short_one(length, is_date):
    """Day, month and year in boxes of their own; what else is in the box around them is counted, too."""
    parts = ["12", "November", "2012"]
    parts.append("x" * (length - len(" ".join(parts)) - 1))
    boxes = "".join(f"<div>{part}</div>" for part in parts)
    dated = find_stamps(html_page(f"{HEADING}<div class='date'>{boxes}</div>{TEXT}"), "Second Landing Opens Early")
    assert [stamp.text for stamp in dated] == ([" ".join(parts)] if is_date else [])


def html_page(inner):
    return read_page(decode(page(inner)), None)
