"""On each side of a threshold another article: every case stands right at an edge, and moving the edge fails it.

`make thresholds` moves each of them and says which moves no test notices. The numbers are written out here: a test
that read them from the parser would move with them.
"""

import pytest

from services.contracts.article import Block, Rejected
from services.parser.awards import awards
from services.parser.body import blocks
from services.parser.boilerplate_rules import ANYWHERE, Rules
from services.parser.captions import alike
from services.parser.contacts import mark_contacts
from services.parser.credits import ends_with_credit, read_label, split_credit
from services.parser.dateline import read_opening
from services.parser.extract import extract
from services.parser.wrapping import unwrap
from tests.support.written_pages import LEAD, line, of_length, of_words
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


@pytest.mark.parametrize(("length", "kind"), [(90, "paragraph"), (91, "subhead")])
def test_a_short_line_after_another_short_line_is_no_subhead(length, kind):
    found = blocks([line(of_length(length, end="y")), line("Port Authority"), line(LEAD)])
    assert found[1].kind == kind


@pytest.mark.parametrize(("turns", "kind"), [(4, "turn"), (3, "paragraph")])
def test_speakers_take_turns_when_four_are_named(turns, kind):
    found = blocks([line(f"MR. LOWE: {LEAD}")] * turns)
    assert {block.kind for block in found} == {kind}


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


def by_hand(lines):
    """A paragraph of lines that go on in small letters, ended here and there."""
    return "\n".join(of_length((72, 62, 52, 42)[at % 4], end="y", filler="ferries ") for at in range(lines))


@pytest.mark.parametrize(("lines", "is_one"), [(5, False), (6, True)])
def test_five_lines_that_were_broken_by_hand_are_no_chance(lines, is_one):
    assert (len(paragraphs(by_hand(lines))) == 1) is is_one


@pytest.mark.parametrize(("long", "is_one"), [(2, True), (3, False)])
def test_a_tenth_of_the_lines_may_be_longer_than_a_text_broken_by_hand(long, is_one):
    """Twenty lines stand over another."""
    lines = [*[of_length(120, end=".")] * long, *["Ferries."] * (2 - long + 1), *by_hand(18).split("\n")]
    assert (len(paragraphs("\n".join(lines))) < len(lines)) is is_one


@pytest.mark.parametrize(("whole", "is_one"), [(15, True), (16, False)])
def test_a_fourth_of_the_lines_is_broken_by_hand(whole, is_one):
    """Five broken lines, and lines that end as sentences do."""
    text = "\n".join(["The ferry leaves the pier at noon."] * whole + [by_hand(6)])
    assert (len(paragraphs(text)) < len(text.split("\n"))) is is_one


@pytest.mark.parametrize(("elsewhere", "is_one"), [(5, True), (6, False)])
def test_half_of_the_lines_that_stop_amid_a_sentence_are_broken(elsewhere, is_one):
    """Five broken lines, and lines that stop at links, long before a width and long behind it."""
    linked = "\n\n".join(f"The ferry {'of the pier ' * (20 * (at % 2))}leaves\nthe pier." for at in range(elsewhere))
    text = f"{linked}\n\n{broken(72, 6)}"
    assert (paragraphs(text)[-1].count(" ") > broken(72, 6).count(" ")) is is_one


def test_a_menu_and_its_addresses_hide_no_width():
    """Converters break texts, and neither links nor the entries of menus."""
    menu = "\n".join(
        f"  * [Landing {at}](https://harbor.example.gov/landings/of-the-ferries/{at}/" + "a" * 50 + ")"
        for at in range(40)
    )
    assert len(paragraphs(f"{menu}\n\n{broken(78, 6)}")) == 41


@pytest.mark.parametrize("begins", ["* ", "  + ", "      o ", "- ", "3. ", "## ", "| ", "> "])
def test_a_block_of_its_own_is_joined_to_no_line_over_it(begins):
    text = f"{broken(72, 6)}\n{begins}{broken(72, 2)}"
    assert paragraphs(text)[0].count("ferriesy") == 6


@pytest.mark.parametrize(("end", "lines"), [("  ", 2), ("\\", 2), (" ", 1)])
def test_markdown_keeps_lines_that_end_hard(end, lines):
    text = f"{broken(72, 6)}{end}\n{broken(72, 6)}"
    assert len([whole for whole in unwrap(text, markdown=True) if whole]) == lines


# Rejections.


@pytest.mark.parametrize(("length", "reason"), [(1_500, "blocked"), (1_501, None)])
def test_a_longer_page_is_about_walls(length, reason):
    text = of_length(length, "Access denied. ", end=".", filler="The ferry sailed. ")
    reading = extract(text.encode(), content_type="text/plain")
    assert (reading.reason if isinstance(reading, Rejected) else None) == reason


def test_what_is_left_out_is_a_number_of_the_parser():
    """`make thresholds` leaves out what the document lists, and nothing that has gone since."""
    assert thresholds.exempt() <= {str(each).partition("[")[0] for each in thresholds.thresholds()}
