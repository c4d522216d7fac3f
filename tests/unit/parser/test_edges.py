"""On each side of a threshold another article: every case stands right at an edge, and moving the edge fails it.

`make thresholds` moves each of them and says which moves no test notices. The numbers are written out here: a test
that read them from the parser would move with them.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.contracts.article import Article, Block, Rejected
from services.parser.awards import awards
from services.parser.body import blocks
from services.parser.boilerplate_rules import ANYWHERE, Rules
from services.parser.byline import read_story_line, take_story_lines
from services.parser.byline_names import read_byline
from services.parser.captions import alike
from services.parser.contacts import mark_contacts
from services.parser.credits import ends_with_credit, read_label, split_credit
from services.parser.date_labels import is_date, label_role
from services.parser.dateline import read_opening
from services.parser.dates import edge_date, find_date, read_time
from services.parser.extract import extract
from services.parser.names import is_person
from services.parser.opening_dates import opening_day
from services.parser.virin import read_virin
from services.parser.wrapping import unwrap
from tests.support.written_pages import LEAD, NEXT, article, line, of_length, of_words, release
from tests.tools import thresholds

AWARD = "Harbor Dredging Co., Lake City, Ohio, is awarded a $5,000,000 firm-fixed-price contract for dredging."


# Awards.


@pytest.mark.parametrize(("length", "is_head"), [(100, True), (101, False)])
def test_a_head_over_awards_is_short(length, is_head):
    head = of_length(length, "Navy and ")
    (award,) = awards([Block(kind="subhead", text=head), Block(kind="paragraph", text=AWARD)])
    assert (award.branch == head) is is_head


@pytest.mark.parametrize(("length", "is_note"), [(160, True), (161, False)])
def test_a_footnote_is_short(length, is_note):
    note = of_length(length, "*Small ", end="y")
    text = AWARD.replace("Co.,", "Co.,*")
    (award,) = awards([Block(kind="paragraph", text=text), Block(kind="paragraph", text=note)])
    assert (award.awardees[0].mark == note[1:]) is is_note


@pytest.mark.parametrize(("apart", "amount"), [(80, None), (81, 7_000_000)])
def test_an_amount_is_another_by_the_words_right_before_it(apart, amount):
    between = of_length(apart, "minimum ", end=" ")
    (award,) = awards([Block(kind="paragraph", text=f"Acme Co. is awarded a contract, {between}$7,000,000.")])
    assert award.amount == amount


@pytest.mark.parametrize(("length", "is_office"), [(200, True), (201, False)])
def test_an_office_of_contracts_has_no_longer_name(length, is_office):
    name = of_length(length, "Ferry ", end="x")
    (award,) = awards([Block(kind="paragraph", text=f"{AWARD} {name} is the contracting activity.")])
    assert (award.activity == name) is is_office


@pytest.mark.parametrize(
    ("printed", "dollars"),
    [
        ("$9", 9),
        ("$9 thousand", 9_000),
        ("$9 million", 9_000_000),
        ("$9M", 9_000_000),
        ("$9 billion", 9_000_000_000),
        ("$9B", 9_000_000_000),
    ],
)
def test_an_amount_is_read_in_its_scale(printed, dollars):
    (award,) = awards([Block(kind="paragraph", text=f"Acme Co. is awarded a {printed} contract for ropes.")])
    assert award.amount == dollars


# The body.


@pytest.mark.parametrize(("length", "kind"), [(90, "subhead"), (91, "paragraph")])
def test_a_bold_line_is_a_subhead_if_it_is_short(length, kind):
    found = blocks([line(of_length(length, end="y"), bold=True), line(LEAD)])
    assert found[0].kind == kind


@pytest.mark.parametrize(("turns", "kind"), [(4, "turn"), (3, "paragraph")])
def test_speakers_take_turns_when_four_are_named(turns, kind):
    found = blocks([line(f"MR. LOWE: {LEAD}")] * turns)
    assert {block.kind for block in found} == {kind}


# Who wrote it, and when.


@pytest.mark.parametrize(("words", "is_unit"), [(10, True), (11, False)])
def test_behind_a_name_a_unit_has_ten_words(words, is_unit):
    read = read_story_line(f"By Iris Novak | {of_words(words)}")
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
    taken = read_virin(f"{short}0506-N-AB123-0001").taken_on
    assert taken is not None
    assert taken.year == year


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
    found = opening_day([*map(line, [LEAD] * paragraphs), line(f"HARBOR TOWN, March 4, 2019 -- {LEAD}")], "month")
    assert (found and found.day) == day


@pytest.mark.parametrize(("length", "is_read"), [(60, True), (61, False)])
def test_the_place_before_an_opening_date_is_short(length, is_read):
    place = f"{'H' * 28} {'T' * (length - 31)}, "
    assert (opening_day([line(f"{place}March 4, 2019 -- {LEAD}")], "month") is not None) is is_read


@pytest.mark.parametrize(("lines", "day"), [(3, 4), (4, None)])
def test_a_date_far_over_the_headline_is_no_date_of_the_article(lines, day):
    """That of the visit, perhaps."""
    between = [line(f"Landing {number}", zone="share") for number in range(lines)]
    found = take_story_lines([line("March 4, 2019"), *between, line("Second Landing", rule="headline"), line(LEAD)])
    assert (found.published and found.published.day) == day


# Datelines, credits, captions.


@pytest.mark.parametrize(("length", "is_opening"), [(120, True), (121, False)])
def test_the_place_that_opens_a_text_is_short(length, is_opening):
    assert (read_opening(of_length(length, "A", end=" -- ", filler="A") + LEAD) is not None) is is_opening


@pytest.mark.parametrize(("length", "is_credited"), [(400, True), (401, False)])
def test_a_credit_stands_at_the_end_of_a_line(length, is_credited):
    assert ends_with_credit(of_length(length, "(", end=" photo by Jo Marsh)")) is is_credited


@pytest.mark.parametrize(("length", "name"), [(1_000, "Jo Marsh"), (1_001, None)])
def test_a_credit_is_sought_among_the_last_thousand_characters(length, name):
    credit = of_length(length, "(", end=" photo by Jo Marsh)")
    assert split_credit(f"A boat leaves. {credit}").photographer == name


@pytest.mark.parametrize(("words", "is_credit"), [(5, True), (6, False)])
def test_a_sentence_in_brackets_is_no_credit(words, is_credit):
    inner = f"({of_words(words - 1)} photo.)"
    assert (split_credit(f"A boat leaves. {inner}").line is not None) is is_credit


@pytest.mark.parametrize(("length", "is_label"), [(200, True), (201, False)])
def test_a_label_is_no_sentence(length, is_label):
    assert (read_label(of_length(length, "Photo by: Jo ", end="x")) is not None) is is_label


@pytest.mark.parametrize(("length", "words"), [(51, "ferry"), (50, "[ferr")])
def test_a_whole_caption_may_stand_in_brackets(length, words):
    assert split_credit(of_length(length, "[", end="y]")).words[:5] == words


@pytest.mark.parametrize(("length", "is_copy"), [(60, True), (59, False)])
def test_a_caption_that_was_cut_is_a_copy_if_enough_is_left(length, is_copy):
    cut = of_length(length, end="y")
    assert alike(cut, f"{cut} that left") is is_copy


# Lines of the site.


@pytest.mark.parametrize(("length", "rule"), [(900, "template"), (901, None)])
def test_no_line_of_a_site_is_longer_than_900_characters(length, rule):
    assert Rules(ANYWHERE).name(line(of_length(length, "{{x}} "))) == rule


@pytest.mark.parametrize(("words", "is_contact"), [(12, True), (13, False)])
def test_a_line_of_a_contact_is_short(words, is_contact):
    lines = [line(LEAD), line("Media contact:"), line(of_words(words - 1) + " 202-555-0100")]
    mark_contacts(lines)
    assert (lines[2].rule == "contact") is is_contact


@pytest.mark.parametrize(("between", "is_contact"), [(2, True), (3, False)])
def test_a_number_is_near_its_label(between, is_contact):
    lines = [line(LEAD), line("Media contact:"), *(line("Ferry office") for _ in range(between)), line("202-555-0100")]
    mark_contacts(lines)
    assert (lines[-1].rule == "contact") is is_contact


# Paragraphs that were broken at a width.


def paragraphs(text):
    return [whole for whole in unwrap(text) if whole]


def broken(width, lines=8):
    """A paragraph of lines that are as wide, each ended where the next word had no room."""
    return "\n".join(of_length(width, end="y", filler="ferries ") for _ in range(lines))


@pytest.mark.parametrize(("width", "is_one"), [(49, False), (50, True), (100, True), (101, False)])
def test_a_width_is_that_of_a_page(width, is_one):
    assert (len(paragraphs(broken(width))) == 1) is is_one


@pytest.mark.parametrize(("lines", "is_one"), [(5, False), (6, True)])
def test_five_broken_lines_are_no_chance(lines, is_one):
    assert (len(paragraphs(broken(72, lines))) == 1) is is_one


@pytest.mark.parametrize(("long", "is_one"), [(2, True), (3, False)])
def test_a_tenth_of_the_lines_may_be_longer_than_the_page_is_wide(long, is_one):
    """Twenty lines stand over another."""
    lines = [of_length(120, end="."), *broken(72, 18).split("\n")]
    text = "\n".join([of_length(120, end=".")] * (long - 1) + lines + ["ferries " * 9] * (2 - long + 1))
    assert (len(paragraphs(text)) < len(text.split("\n"))) is is_one


@pytest.mark.parametrize(("whole", "is_one"), [(15, True), (16, False)])
def test_a_fourth_of_the_lines_is_broken(whole, is_one):
    """Five broken lines, and lines that end as sentences do."""
    ended = "\n".join(["The ferry leaves the pier at noon."] * whole)
    text = f"{ended}\n{broken(72, 6)}"
    assert (len(paragraphs(text)) < len(text.split("\n"))) is is_one


# Rejections.


@pytest.mark.parametrize(("length", "reason"), [(1_500, "blocked"), (1_501, None)])
def test_a_longer_page_is_about_walls(length, reason):
    text = of_length(length, "Access denied. ", end=".", filler="The ferry sailed. ")
    reading = extract(text.encode(), content_type="text/plain")
    assert (reading.reason if isinstance(reading, Rejected) else None) == reason


def test_what_is_left_out_is_a_number_of_the_parser():
    """`make thresholds` leaves out what the document lists, and nothing that has gone since."""
    assert thresholds.exempt() <= {str(each).partition("[")[0] for each in thresholds.thresholds()}
