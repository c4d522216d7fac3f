"""Whole pages on each side of a threshold: what one more line, word or picture makes of them."""

import json

import pytest
from lxml import html

from services.contracts.article import Article
from services.parser.address import slug, true_address
from services.parser.boilerplate import mark_toolbars
from services.parser.characters import decode, squeeze
from services.parser.extract import extract
from services.parser.related import mark_related
from services.parser.tables import is_data
from tests.support.written_pages import LAST, LEAD, NEXT, article, line, of_length, of_words, texts


def afpims(inner, headline="Second Landing Opens Early"):
    """A page whose layout names the body, so that nobody asks the trees."""
    page = f"<div class='adetail'><h1 class='maintitle'>{headline}</h1><div class='body'>{inner}</div></div>"
    return extract(f"<html><head><title>{headline}</title></head><body>{page}</body></html>".encode())


def general(inner, head="", url="https://www.example.com/a/second-landing", over=""):
    return article(
        f"<html><head><title>Second Landing Opens Early</title>{head}</head><body><div>{over}</div>"
        f"<article><h1>Second Landing Opens Early</h1>{inner}<p>{LEAD}</p><p>{NEXT}</p><p>{LAST}</p>"
        "</article></body></html>",
        url,
    )


def figure(number):
    return f"<figure><img src='/{number}.jpg'><figcaption>Boat {number} leaves the pier at noon.</figcaption></figure>"


# What a line is.


@pytest.mark.parametrize(
    ("text", "end", "is_prose"), [(12, ".", True), (11, ".", False), (25, "", True), (24, "", False)]
)
def test_running_text_is_long_or_ends(text, end, is_prose):
    assert line(of_words(text, end)).is_prose is is_prose


@pytest.mark.parametrize(("text", "is_title"), [(10, True), (11, False)])
def test_a_title_has_ten_words(text, is_title):
    assert line(of_words(text)).is_title is is_title


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"a\x00b\x08c", "abc"),
        (b"a\tb", "a b"),
        (b"a\x0eb\x1fc\x7fd", "abcd"),
        (b"a\x0db", "a b"),
        (b"a b", "a b"),
        (b"\x80\x9f\xa0a", "€Ÿ a"),
        ("\u0080\u009f\u00a0a".encode(), "€Ÿ a"),
    ],
)
def test_control_characters_go_and_windows_letters_come_back(body, text):
    assert squeeze(decode(body)) == text.strip()


@pytest.mark.parametrize(("length", "cut"), [(48, True), (47, False)])
def test_a_long_slug_may_have_been_cut(length, cut):
    result = slug("https://harbor.example.gov/news/" + of_length(length, "second-", end="y", filler="ferry-"))
    assert result is not None
    assert result.cut is cut


@pytest.mark.parametrize(
    ("address", "is_inner"), [("https%253A%252F%252F", True), ("https%25253A%25252F%25252F", False)]
)
def test_an_address_is_decoded_twice(address, is_inner):
    result = true_address(f"https://links.example.com/?to={address}harbor.example.gov/a")
    assert (result == "https://harbor.example.gov/a") is is_inner


# Pictures.


@pytest.mark.parametrize(("pictures", "kind"), [(5, "photo_essay"), (4, "news")])
def test_five_pictures_and_a_word_are_an_essay(pictures, kind):
    reading = afpims("".join(map(figure, range(pictures))) + f"<p>{LEAD}</p>")
    assert isinstance(reading, Article)
    assert reading.kind == kind


@pytest.mark.parametrize(("length", "is_caption"), [(20, True), (19, False)])
def test_a_short_line_at_a_picture_repeats_its_alt(length, is_caption):
    text = of_length(length, "Two boats on a ", end="y")
    reading = afpims(f"<img src='/a.jpg' alt='{text}'><p>{text}</p><p>{LEAD}</p><p>{NEXT}</p>")
    assert (text not in texts(reading)) is is_caption


@pytest.mark.parametrize(("between", "is_caption"), [(24, True), (25, False)])
def test_no_copy_of_a_caption_is_far_from_its_picture(between, is_caption):
    text = "Two boats leave the old pier at noon, and nobody waves from the shore"
    titles = "".join(f"<p>Landing {number}</p>" for number in range(between))
    reading = afpims(f"<img src='/a.jpg' alt='{text}'>{titles}<p>{text}</p><p>{LEAD}</p><p>{NEXT}</p>")
    assert (text not in texts(reading)) is is_caption


@pytest.mark.parametrize(("paragraphs", "is_frame"), [(4, True), (5, False)])
def test_a_frame_around_much_text_is_no_picture(paragraphs, is_frame):
    inner = "".join(f"<p>Boat {number}: {LEAD}</p>" for number in range(paragraphs))
    reading = afpims(f"<div class='da_media_item'><img src='/a.jpg'>{inner}</div><p>{LAST}</p>")
    assert (len(texts(reading)) == 1) is is_frame


@pytest.mark.parametrize(("over", "is_caption"), [(6, True), (7, False)])
def test_a_name_at_a_picture_is_its_makers(over, is_caption):
    between = "".join(f"<p>{number}. {LEAD}</p>" for number in range(over))
    caption = "Boats at the pier of the old landing"
    reading = afpims(f"<img src='/a.jpg'>{between}<p>{caption}</p><p>Photo by Jo Marsh</p><p>{LAST}</p>")
    assert (caption not in texts(reading)) is is_caption


@pytest.mark.parametrize(("pictures", "read"), [(4, 4), (5, 4)])
def test_what_scripts_would_load_is_a_picture_or_two(pictures, read):
    images = "".join(f"<img src='/{number}.jpg'>" for number in range(pictures))
    reading = extract(
        f"<html><body><div class='adetail'><h1 class='maintitle'>Second Landing</h1><div class='body'><p>{LEAD}</p>"
        f"<noscript>{images}</noscript><p>{NEXT}</p></div></div></body></html>".encode(),
        url="https://harbor.example.gov/a",
    )
    assert isinstance(reading, Article)
    assert len(reading.images) == read


@pytest.mark.parametrize(("length", "is_caption"), [(400, True), (401, False)])
def test_a_paragraph_under_a_lone_picture_is_its_caption_if_it_is_short(length, is_caption):
    caption = of_length(length, "Boats leave. ", end=".")
    reading = afpims(f"<div><img src='/a.jpg'><p>{caption}</p></div><p>{LEAD}</p><p>{NEXT}</p>")
    assert (caption not in texts(reading)) is is_caption


# Who and when.


@pytest.mark.parametrize(("length", "is_name"), [(80, True), (81, False)])
def test_a_promised_name_has_an_end(length, is_name):
    name = of_length(length, "Iris ", end="k", filler="Novak ")
    thing = {"@type": "NewsArticle", "headline": "Second", "author": {"@type": "Person", "name": name}}
    reading = general("", f"<script type='application/ld+json'>{json.dumps(thing)}</script>")
    assert [entry.name for entry in reading.byline] == [name] * is_name


def test_twenty_authors_are_promised_at_most():
    names = [{"@type": "Person", "name": f"Iris {chr(65 + at)}novak"} for at in range(21)]
    thing = {"@type": "NewsArticle", "headline": "Second", "author": names}
    reading = general("", f"<script type='application/ld+json'>{json.dumps(thing)}</script>")
    assert len(reading.byline) == 20


@pytest.mark.parametrize(("before", "day"), [(2, "2019-03-04"), (3, "None")])
def test_a_date_stands_under_a_summary_and_a_caption(before, day):
    under = "".join(f"<p>{text}</p>" for text in (LEAD, NEXT, LAST)[:before])
    reading = article(
        "<html><head><title>Second Landing Opens Early</title></head><body><article><h1>Second Landing Opens Early</h1>"
        f"{under}<div>March 4, 2019</div><p>{LEAD}</p><p>{NEXT}</p></article></body></html>"
    )
    assert str(reading.published_at) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (of_length(80, "The ferry is as big as it can be at a pier ", end="."), "None"),
        (of_length(79, "The ferry is as big as it can be at a pier ", end="."), "2019-03-04"),
        ("ferryboats " * 12 + "sail.", "None"),
        ("ferryboats " * 11 + "sail.", "2019-03-04"),
    ],
)
def test_running_text_over_a_date_has_eighty_characters_and_thirteen_words(text, day):
    reading = article(
        "<html><head><title>Second Landing Opens Early</title></head><body><article><h1>Second Landing Opens Early</h1>"
        f"{f'<p>{text}</p>' * 3}<div>March 4, 2019</div><p>{LEAD}</p><p>{NEXT}</p></article></body></html>"
    )
    assert str(reading.published_at) == day


@pytest.mark.parametrize(("length", "day"), [(80, "2019-03-04"), (81, "None")])
def test_a_date_at_the_edge_of_a_short_line_is_the_pages(length, day):
    text = of_length(length, "March 4, 2019 ", end="s", filler="harbors ")
    assert str(general(f"<p>{LEAD}</p><div>{text}</div>").published_at) == day


@pytest.mark.parametrize(("updates", "day"), [(1, "2019-03-04"), (2, "None")])
def test_two_dates_over_a_headline_may_be_its_own(updates, day):
    over = "<div>March 4, 2019</div>" + "".join(f"<div>Updated: March {5 + at}, 2019</div>" for at in range(updates))
    assert str(general("", over=f"<div class='skip-link'>{over}</div>").published_at) == day


@pytest.mark.parametrize(("year", "day"), [(1989, "None"), (1990, "1990-03-04")])
def test_a_bare_date_is_no_older_than_the_web(year, day):
    assert str(general(f"<p>{LEAD}</p><div>March 4, {year} at the pier</div>").published_at) == day


@pytest.mark.parametrize(("length", "day"), [(60, "None"), (61, "2019-03-04")])
def test_a_label_in_a_block_of_its_own_is_short(length, day):
    label = of_length(length, end=" last updated:")
    assert str(general(f"<p>{LEAD}</p><div>{label}</div><div>March 4, 2019</div>").published_at) == day


@pytest.mark.parametrize(("titles", "place"), [(7, "HARBOR TOWN, Ohio"), (8, None)])
def test_the_place_opens_one_of_the_first_lines(titles, place):
    over = "".join(f"<p>Landing number {number}</p>" for number in range(titles))
    reading = afpims(f"{over}<p>HARBOR TOWN, Ohio -- {LEAD}</p><p>{NEXT}</p>")
    assert isinstance(reading, Article)
    assert reading.dateline == place


# The site's own lines.


@pytest.mark.parametrize(("toolbar", "rule"), [(3, "share"), (2, None)])
def test_three_words_in_a_row_are_a_toolbar(toolbar, rule):
    lines = [line(LEAD), *map(line, ("Email", "Facebook", "Twitter")[:toolbar]), line(NEXT)]
    mark_toolbars(lines)
    assert {entry.rule for entry in lines[1:-1]} == {rule}


@pytest.mark.parametrize(("titles", "rule"), [(14, "related"), (15, None)])
def test_a_heading_of_other_stories_is_near_the_end(titles, rule):
    lines = [line(LEAD), line("Related Stories"), *(line(f"Landing {number}") for number in range(titles))]
    mark_related(lines)
    assert lines[1].rule == rule


@pytest.mark.parametrize(("length", "is_table"), [(160, True), (161, False)])
def test_a_cell_holds_no_text(length, is_table):
    cell = of_length(length, end="y")
    table = html.fromstring(
        f"<table><tr><td><p>{cell}</p></td><td>1</td></tr><tr><td>Boats</td><td>2</td></tr></table>"
    )
    assert is_data(table) is is_table
