"""On each side of a threshold of what is no article, of where one goes on, and of what the trees say."""

import pytest
from lxml import html

from services.contracts.article import Rejected
from services.parser.continues import continues_at
from services.parser.extract import extract
from services.parser.general import classify
from services.parser.page import Page
from tests.support.written_pages import LAST, LEAD, NEXT, line, of_length, of_words, release

# Pages that are no article.


def reason(reading):
    return reading.reason if isinstance(reading, Rejected) else None


@pytest.mark.parametrize(("words", "text"), [(11, "stub"), (12, None)])
def test_an_article_has_twelve_words(words, text):
    assert reason(release(f"<p>{of_words(6)}</p><p>{of_words(words - 6)}</p>")) == text


@pytest.mark.parametrize(("linked", "text"), [(60, None), (61, "listing")])
def test_a_page_of_links_is_a_list(linked, text):
    plain = of_length(100 - linked, end="y")
    link = f"<a href='/1'>{of_length(linked, end='y', filler='landings ')}</a>"
    reading = release(
        f"<p>{plain}</p><p>{link}</p><p>Ropes and bells and boats and</p>".replace(
            "<p>Ropes and bells and boats and</p>", ""
        )
    )
    assert reason(reading) == text


@pytest.mark.parametrize(("words", "sentence"), [(31, None), (30, "not_an_article")])
def test_a_dump_without_a_headline_holds_thirty_spaces(words, sentence):
    text = " ".join(["ferries"] * (words - 1)) + " sailed."
    assert reason(extract(f"The {text}"[4:].encode(), content_type="text/plain")) == sentence


@pytest.mark.parametrize(("cards", "text"), [(3, "listing"), (2, None)])
def test_three_cards_are_a_list(cards, text):
    markup = "<div article-title='Second' article-url='/1'></div>" * cards
    assert reason(release(f"<p>{LEAD}</p><p>{NEXT}</p>{markup}")) == text


@pytest.mark.parametrize(("paragraphs", "sentence"), [(2, "listing"), (3, None)])
def test_three_paragraphs_are_no_list_of_cards(paragraphs, sentence):
    markup = "<div article-title='Second' article-url='/1'></div>" * 3
    body = "".join(f"<p>{text}</p>" for text in (LEAD, NEXT, LAST)[:paragraphs])
    assert reason(release(body + markup)) == sentence


@pytest.mark.parametrize(("links", "text"), [(8, "listing"), (7, None)])
def test_eight_links_to_articles_are_a_list(links, text):
    markup = "".join(f"<nav><a href='/Article/{number}'>{number}</a></nav>" for number in range(links))
    assert reason(release(f"<p>{LEAD}</p><p>{NEXT}</p>{markup}")) == text


# Where an article goes on.


def next_page(link, above=0, **attributes):
    inner = f"<a href='/a/second-landing?page=2'>{link}</a>"
    for _ in range(above):
        inner = f"<div>{inner}</div>"
    return continues_at(
        Page(
            root=html.document_fromstring(f"<html><body><div class='comments'>{inner}</div></body></html>"),
            url="https://www.example.com/a/second-landing",
        ),
        "?page=2",
    )


@pytest.mark.parametrize(("above", "leads_on"), [(6, True), (5, False)])
def test_a_link_among_comments_leads_to_comments(above, leads_on):
    assert (next_page("2", above) is not None) is leads_on


@pytest.mark.parametrize(("length", "leads_on"), [(40, True), (41, False)])
def test_a_link_that_leads_on_is_short(length, leads_on):
    assert (next_page("continue" + "d" * (length - 8), above=9) is not None) is leads_on


# What the trees say.


@pytest.mark.parametrize(
    ("cut", "odds", "is_text"),
    [
        (classify.LIKELY, -0.3, True),
        (classify.LIKELY, -0.301, False),
        (classify.IN_REGION, -1.25, True),
        (classify.IN_REGION, -1.251, False),
    ],
)
def test_a_line_is_the_articles_from_these_odds_on(cut, odds, is_text):
    assert classify.article_lines([line(LEAD)], [odds], cut) == [is_text]


@pytest.mark.parametrize(("odds", "is_text"), [(-2.499, True), (-2.5, False)])
def test_a_line_between_two_of_the_articles_may_be_less_likely(odds, is_text):
    result = classify.article_lines([line(LEAD), line("Pier"), line(NEXT)], [1, odds, 1], classify.LIKELY)
    assert result == [True, is_text, True]
