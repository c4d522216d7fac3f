"""Where a short text ends: at each edge another line, and moving the edge fails it."""

# ruff: noqa: E501 - a page is one line

import pytest

from services.contracts.article import Article, Rejected
from services.parser.extract import extract
from services.parser.general.classify import LIKELY, article_lines
from services.parser.lines import Anchor
from services.parser.related import mark_related
from tests.support.written_pages import LEAD, NEXT, line, of_words


def paragraph(text, **about):
    return line(text, **({"tag": "p", "place": 1} | about))


@pytest.mark.parametrize(("between", "stored"), [(3, True), (4, False)])
def test_a_short_sentence_is_the_texts_four_lines_under_it(between, stored):
    lines = [paragraph(LEAD), *(line("Old Pier", place=2) for _ in range(between)), paragraph("That is all.")]
    odds = [2.0, *([-5.0] * between), -2.4]
    assert article_lines(lines, odds, LIKELY)[-1] is stored


@pytest.mark.parametrize(
    ("about", "stored"),
    [
        ({}, True),
        ({"text": "That is all"}, False),
        ({"place": 2}, False),
        ({"tag": "div"}, False),
        ({"text": NEXT}, False),
    ],
)
def test_only_a_finished_short_paragraph_of_the_same_block_is_taken_for_the_last(about, stored):
    last = paragraph(**({"text": "That is all."} | about))
    assert article_lines([paragraph(LEAD), last], [2.0, -2.4], LIKELY)[-1] is stored


@pytest.mark.parametrize(("below", "stored"), [("Nine lamps", False), ("Two lanes", True)])
def test_an_entry_that_stands_again_below_is_of_a_table_of_contents(below, stored):
    """The other entries of a list of the text are the text's."""
    entries = [line(text, tag="li", place=2) for text in ("Oak rails", "Nine lamps")]
    lines = [*entries, line(below, tag="h2", place=3)]
    assert article_lines(lines, [2.0, -2.4, -5.0], LIKELY)[1] is stored


@pytest.mark.parametrize(("links", "stored"), [((Anchor("Old Pier Falls", "/1"),), False), ((), True)])
def test_titles_that_lead_elsewhere_under_the_text_are_not_in_it(links, stored):
    """Also where they look likely, if none of them stands in a block of the text."""
    lines = [paragraph(LEAD), line("More Piers", place=2, tag="h3"), line("Old Pier Falls", place=2, links=links)]
    assert article_lines(lines, [2.0, 1.0, 1.0], LIKELY) == [True, stored, stored]


@pytest.mark.parametrize(("titles", "step", "removed"), [(2, 1, True), (1, 1, False), (2, 3, True), (2, 4, False)])
def test_teasers_leave_however_long_if_each_stands_under_its_title(titles, step, removed):
    """Under a heading for other stories; a title leads elsewhere, and its teaser follows within three lines."""
    lines = [line(LEAD, place=1), line("More from the Harbor", tag="h2", place=2)]
    for number in range(titles):
        title = f"Old Pier Falls {number}"
        lines.append(line(title, place=3 + number, links=(Anchor(title, f"/{number}"),)))
        lines += [line("Harbor", place=3 + number) for _ in range(step - 1)]
        lines.append(line(of_words(40, "."), place=3 + number))
    mark_related(lines)
    assert (lines[-1].rule == "related") is removed


@pytest.mark.parametrize(("text", "is_article"), [(6, True), (5, False)])
def test_a_signed_notice_of_six_words_is_an_article(text, is_article):
    notice = of_words(text, ".")
    page = f"<html><head><title>Pier Closed Today</title></head><body><main><h1>Pier Closed Today</h1><p>May 4, 2023</p><p>{notice}</p></main></body></html>"
    assert isinstance(extract(page.encode(), url="https://harbor.example/a"), Article if is_article else Rejected)


@pytest.mark.parametrize(("text", "is_article"), [(61, True), (60, False)])
def test_a_page_without_title_and_heading_needs_more_than_sixty_words(text, is_article):
    page = f"<html><body><div><p>{of_words(text, '.')}</p></div></body></html>"
    assert isinstance(extract(page.encode(), url="https://harbor.example/a"), Article if is_article else Rejected)


@pytest.mark.parametrize(("lines", "first"), [(4, "The ferry"), (5, "May 5, 2023")])
def test_four_lines_may_open_a_preformatted_text(lines, first):
    """Its title, names, days; a fifth is of the text."""
    over = "\n\n".join(f"May {day}, 2023" for day in range(1, lines + 1))
    page = f"<html><head><title>Statement on the Ferry</title></head><body><pre>{over}\n\nThe ferry sails again from Monday on, the office said, and will keep to its winter timetable until May.\n</pre></body></html>"
    article = extract(page.encode(), url="https://harbor.example/a")
    assert article.body[0].text.startswith(first)
