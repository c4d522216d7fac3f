"""On each side of a threshold of what stands under the text of a dump: menus, cards, links and addresses."""

import pytest

from services.parser.dumps.cards import is_title
from services.parser.dumps.run_together import cut_run_together
from services.parser.dumps.tail import cut_tail
from services.parser.dumps.text import text_lines
from tests.support.numbered_lines import lines, numbered
from tests.support.written_pages import LAST, LEAD, NEXT, line, of_length, of_words

# What a page prints under its text.


@pytest.mark.parametrize(("length", "is_cut"), [(160, True), (159, False)])
def test_a_page_on_one_line_is_cut_where_systems_print_their_phrases(length, is_cut):
    text = of_length(length, "Skip to main content ", end=".")
    assert (len([part for part in cut_run_together([text]) if part]) > 1) is is_cut


@pytest.mark.parametrize(("others", "is_cut"), [(2, True), (3, False)])
def test_a_page_on_one_line_has_few_others(others, is_cut):
    text = of_length(160, "Skip to main content ", end=".")
    assert (len([part for part in cut_run_together([text, *["Pier"] * others]) if part]) > 1 + others) is is_cut


@pytest.mark.parametrize(("texts", "is_tail"), [(2, True), (3, False)])
def test_two_texts_under_a_heading_of_others_may_go(texts, is_tail):
    under = lines("Related Stories", *(LEAD, NEXT, LAST)[:texts])
    cut_tail([*lines(*[LEAD + " " + NEXT] * 5), *under])
    assert (under[0].rule == "related") is is_tail


@pytest.mark.parametrize(("before", "is_tail"), [(100, True), (99, False)])
def test_half_as_much_text_under_a_heading_may_go(before, is_tail):
    under = lines("Related Stories", "A ferry " * 6 + "d.")
    assert len(under[1].text) == 50
    cut_tail([line(of_length(before, "Our old ", end=" sail. A b.", filler="boats ")), *under])
    assert (under[0].rule == "related") is is_tail


@pytest.mark.parametrize(("after", "is_tail"), [(105, True), (106, False)])
def test_a_third_as_much_text_under_a_mark_of_the_end_may_go(after, is_tail):
    under = lines("###", of_length(after, end="s. A b."))
    cut_tail([line(of_length(300, end="s. A b.")), *under])
    assert (under[0].rule == "end-mark") is is_tail


@pytest.mark.parametrize(("entries", "rule"), [(3, "navigation"), (2, None)])
def test_three_lines_behind_the_text_are_a_menu(entries, rule):
    under = lines("News", *numbered(entries - 1))
    cut_tail([line(LEAD), *under])
    assert under[-1].rule == rule


@pytest.mark.parametrize(("text", "rule"), [(14, "navigation"), (15, None)])
def test_a_line_of_a_last_menu_has_fourteen_words(text, rule):
    under = lines("News", *numbered(2, " ".join(["Pier"] * (text - 1))))
    cut_tail([line(LEAD), *under])
    assert under[0].rule == rule


@pytest.mark.parametrize(("others", "rule"), [(6, "navigation"), (7, None)])
def test_one_word_of_menus_makes_no_long_menu(others, rule):
    under = lines("News", *numbered(others))
    cut_tail([line(LEAD), *under])
    assert under[0].rule == rule


@pytest.mark.parametrize(("links", "rule"), [(3, "related"), (2, None)])
def test_three_last_lines_of_addresses_are_a_mailing_lists(links, rule):
    under = lines(*["The whole text: https://harbor.example.gov/whole"] * links)
    cut_tail([line(LEAD), *under])
    assert under[0].rule == rule


@pytest.mark.parametrize(("length", "rule"), [(240, "related"), (239, None)])
def test_a_heading_that_nobody_knows_ends_no_short_article(length, rule):
    under = lines("Harbor News", "Pier Opens", "March 4, 2019")
    cut_tail([line(of_length(length, end="s. A b.")), *under])
    assert under[0].rule == rule


@pytest.mark.parametrize(("between", "rule"), [(2, "related"), (3, None)])
def test_a_card_repeats_its_text_at_once(between, rule):
    """The copy of a text counts once, if it comes within three texts."""
    others = [f"{text} Again." for text in (NEXT, LAST, LEAD)]
    card = f"{LEAD} Twice."
    first = [f"{LEAD} First."] * (3 - between)
    under = lines("Harbor News", *first, card, *others[:between], card, "March 4, 2019", "Read more")
    cut_tail([*lines(*[LEAD] * 5), *under])
    assert under[0].rule == rule


@pytest.mark.parametrize(("links", "count"), [(2, 4), (1, 1)])
def test_two_links_at_the_ends_of_texts_are_the_sites(links, count):
    result = text_lines("\n\n".join(f"{text} Full Story" for text in (LEAD, NEXT)[:links]))
    assert len(result) == count


@pytest.mark.parametrize(("dots", "count"), [(28, 4), (29, 2)])
def test_a_link_to_a_whole_story_is_the_end_of_its_line(dots, count):
    result = text_lines("\n\n".join(f"{text} Full Story{'.' * dots}" for text in (LEAD, NEXT)))
    assert len(result) == count


@pytest.mark.parametrize(("text", "may_be"), [(24, True), (25, False)])
def test_the_title_of_a_card_has_24_words(text, may_be):
    assert is_title(line(of_words(text))) is may_be
