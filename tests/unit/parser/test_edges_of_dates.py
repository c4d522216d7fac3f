"""On each side of a threshold of who wrote a page and when: names, labels, dates."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.contracts.article import Article
from services.parser.byline import read_story_line, take_story_lines
from services.parser.byline_names import read_byline
from services.parser.date_labels import is_date, label_role
from services.parser.dates import edge_date, find_date, read_time
from services.parser.names import is_person
from services.parser.opening_dates import opening_day
from services.parser.virin import read_virin
from tests.support.written_pages import LEAD, NEXT, article, line, of_length, of_words, release

# Who wrote it, and when.


@pytest.mark.parametrize(("text", "is_unit"), [(10, True), (11, False)])
def test_behind_a_name_a_unit_has_ten_words(text, is_unit):
    read = read_story_line(f"By Iris Novak | {of_words(text)}")
    assert (read is not None) is is_unit


@pytest.mark.parametrize(("length", "is_byline"), [(400, True), (401, False)])
def test_a_line_of_who_and_when_is_no_paragraph(length, is_byline):
    read = read_story_line(of_length(length, "By Iris Novak, ", end="x"))
    assert (read is not None) is is_byline


def test_no_more_of_a_byline_is_read_than_a_line():
    (entry,) = read_byline(of_length(500, "Iris Novak, ", end="x"))
    assert len(f"{entry.name}, {entry.affiliation}") == 400


@pytest.mark.parametrize(("length", "published", "updated"), [(60, None, 4), (61, 4, None)])
def test_a_label_over_a_date_is_short(length, published, updated):
    label = of_length(length, end=" last updated:")
    reading = release(f"<p>{label}</p><p>March 4, 2019</p><p>{LEAD}</p><p>{NEXT}</p>")
    assert isinstance(reading, Article)
    assert (reading.published_at and reading.published_at.day) == published
    assert (reading.updated_at and reading.updated_at.day) == updated


@pytest.mark.parametrize(("titles", "names"), [(7, ["Iris Novak"]), (8, [])])
def test_a_byline_stands_among_the_first_eight_lines(titles, names):
    over = "".join(f"<p>Landing number {number}</p>" for number in range(titles))
    reading = release(f"{over}<p>By Iris Novak</p><p>{LEAD}</p><p>{NEXT}</p>")
    assert isinstance(reading, Article)
    assert [entry.name for entry in reading.byline] == names


@pytest.mark.parametrize(("length", "is_name"), [(100, True), (101, False)])
def test_a_name_has_an_end(length, is_name):
    assert is_person(of_length(length, "Iris ", end="k", filler="Novak-")) is is_name


# Dates.


@pytest.mark.parametrize(("length", "is_bare"), [(160, True), (161, False)])
def test_a_line_that_is_a_date_is_short(length, is_bare):
    assert is_date(of_length(length, "May 4, 2023", filler=" .")) is is_bare


@pytest.mark.parametrize(("apart", "role"), [(73, "updated"), (74, None)])
def test_a_label_stands_near_its_date(apart, role):
    assert label_role("updated" + of_length(apart, " ")) == role


@pytest.mark.parametrize(("before", "day"), [(14, date(2023, 5, 4)), (15, None)])
def test_a_date_stands_at_the_edge_of_a_line(before, day):
    assert edge_date(of_length(before, end=" ") + "May 4, 2023" + of_length(20, " ")) == day
    assert edge_date(of_length(20, end=" ") + "May 4, 2023" + of_length(before, " ")) == day


@pytest.mark.parametrize(("year", "is_year"), [(1774, False), (1775, True), (2100, True), (2101, False)])
def test_a_date_lies_between_the_first_army_and_the_next_century(year, is_year):
    assert (find_date(f"May 4, {year}") is not None) is is_year
    assert (read_time(f"{year}-05-04") is not None) is is_year


def test_a_machine_that_knows_no_date_says_the_first_of_all():
    assert read_time("1970-01-01") is None
    assert read_time("1970-01-02") == date(1970, 1, 2)
    assert read_time("1970-02-01") == date(1970, 2, 1)
    assert read_time("1971-01-01") == date(1971, 1, 1)


@pytest.mark.parametrize(("short", "year"), [("39", 2039), ("40", None), ("89", None), ("90", 1990)])
def test_two_digits_of_a_year_are_near_to_now_or_nothing(short, year):
    day = find_date(f"21.12.{short}", short_years=True)
    assert (day and day.year) == year


@pytest.mark.parametrize(("short", "year"), [("39", 2039), ("40", 1940)])
def test_the_number_of_an_old_picture_is_of_the_last_century(short, year):
    taken_on = read_virin(f"{short}0506-N-AB123-0001").taken_on
    assert taken_on is not None
    assert taken_on.year == year


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("Z", 0), ("UTC", 0), ("GMT", 0), ("EST", -5), ("EDT", -4), ("CST", -6), ("CDT", -5), ("MST", -7), ("MDT", -6),
        ("PST", -8), ("PDT", -7), ("BST", 1), ("CET", 1), ("CEST", 2), ("MEZ", 1), ("MESZ", 2), ("EET", 2),
        ("EEST", 3), ("MSK", 3), ("JST", 9), ("+0530", 5.5),
    ],
)  # fmt: skip
def test_a_time_in_words_is_read_in_its_zone(zone, hours):
    read = read_time(f"Fri, 19 Nov 2021 12:45:08 {zone}")
    assert isinstance(read, datetime)
    assert read.utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize(("days", "is_past"), [(2, True), (3, False)])
def test_a_page_is_not_published_long_after_it_was_taken(days, is_past):
    published = datetime(2024, 5, 4, tzinfo=UTC)
    page = (
        '<html><head><title>Second Landing</title><meta property="article:published_time" content="2024-05-04">'
        f"</head><body><article><h1>Second Landing</h1><p>{LEAD}</p><p>{NEXT}</p></article></body></html>"
    )
    reading = article(page, now=published - timedelta(days=days))
    assert (reading.published_at == published.date()) is is_past


@pytest.mark.parametrize(("paragraphs", "day"), [(1, 4), (2, None)])
def test_the_date_that_opens_a_text_is_in_its_first_two_paragraphs(paragraphs, day):
    result = opening_day([*map(line, [LEAD] * paragraphs), line(f"HARBOR TOWN, March 4, 2019 -- {LEAD}")], "month")
    assert (result and result.day) == day


@pytest.mark.parametrize(("length", "is_read"), [(60, True), (61, False)])
def test_the_place_before_an_opening_date_is_short(length, is_read):
    place = f"{'H' * 28} {'T' * (length - 31)}, "
    assert (opening_day([line(f"{place}March 4, 2019 -- {LEAD}")], "month") is not None) is is_read


@pytest.mark.parametrize(("lines", "day"), [(3, 4), (4, None)])
def test_a_date_far_over_the_headline_is_no_date_of_the_article(lines, day):
    """That of the visit, perhaps."""
    between = [line(f"Landing {number}", zone="share") for number in range(lines)]
    result = take_story_lines([line("March 4, 2019"), *between, line("Second Landing", rule="headline"), line(LEAD)])
    assert (result.published and result.published.day) == day
