"""Text dumps on each side of a threshold: lines, words and characters that make them something else."""

import pytest

from services.contracts.article import Article, Rejected
from services.parser.address import slug
from services.parser.dumps.broken import mend_broken
from services.parser.dumps.fields import mark_column
from services.parser.dumps.head import mark_under
from services.parser.dumps.headline import find_headline
from services.parser.dumps.kinds import kind_by_words
from services.parser.dumps.markdown import is_markdown, read_markdown
from services.parser.dumps.marks import mark_marks
from services.parser.dumps.media import is_gallery
from services.parser.dumps.pictures import is_alt, mark_pictures
from services.parser.dumps.refusal import instead, listing
from services.parser.dumps.roles import dates_page, is_sentence, may_be_headline
from services.parser.extract import extract
from tests.support.numbered_lines import lines, numbered
from tests.support.written_pages import LAST, LEAD, NEXT, line, of_length, of_words

TITLE = "Second Landing Opens Early"


def listed(each):
    return listing(each, "https://harbor.example.gov/a", named=False, title="second landing opens early")


def page(slug_):
    return slug(f"https://harbor.example.gov/news/{slug_}")


# Lines that a dump broke.


@pytest.mark.parametrize(("last", "is_one"), [("The office of ferries", True), ("Office of ferries", False)])
def test_a_line_of_four_words_goes_on_in_small_letters(last, is_one):
    assert (len(mend_broken([(last, False), ("opened early", False)])) == 1) is is_one


@pytest.mark.parametrize(("text", "is_one"), [(8, True), (9, False)])
def test_a_link_amid_a_sentence_has_eight_words(text, is_one):
    link = " ".join(["Ferry"] * text)
    pieces = [("The office has published its", False), (link, False), ("which is short.", False)]
    assert (len(mend_broken(pieces)) == 1) is is_one


# Around the headline.


@pytest.mark.parametrize(("between", "rule"), [(11, "presenter"), (12, None)])
def test_what_stands_over_a_near_date_is_no_text(between, rule):
    over = lines(*numbered(between, "Old Landing"))
    mark_under([*over, line("March 4, 2019"), line(LEAD)])
    assert over[0].rule == rule


@pytest.mark.parametrize(("text", "rule"), [(10, "presenter"), (11, "dek")])
def test_over_a_date_a_longer_line_is_a_summary(text, rule):
    over = line(" ".join(["Ferry"] * text))
    mark_under([over, line("March 4, 2019"), line(LEAD)])
    assert over.rule == rule


@pytest.mark.parametrize(("over", "at"), [(599, 599), (600, None)])
def test_a_headline_stands_among_the_first_lines(over, at):
    assert find_headline(lines(*[LEAD] * over, TITLE), None, promised=TITLE) == at


@pytest.mark.parametrize(
    ("address", "at"),
    [
        ("second-landing-of-ferries-opens", 1),  # four of five words
        ("second-landing-of-the-big-old-new-ferries-opens-early", 0),  # seven of ten
    ],
)
def test_a_line_holds_most_words_of_its_address(address, at):
    title = "Second Landing of Boats Opens" if at else "Second Landing of the Big Old New"
    assert find_headline(lines("Ferries and Their Many Pilots", title, LEAD), page(address)) == at


@pytest.mark.parametrize(("address", "at"), [("by-iris-novak-ferry", 1), ("by-iris-novak", 0)])
def test_four_words_of_an_address_are_sure(address, at):
    title = "By Iris Novak, Ferry" if at else "By Iris Novak"
    assert find_headline(lines("Ferries and Their Many Pilots", title, LEAD), page(address)) == at


@pytest.mark.parametrize(("text", "at"), [(11, 1), (12, 0)])
def test_a_headline_has_few_more_words_than_its_address(text, at):
    title = "Second Landing Opens Early Again" + " Now" * (text - 5)
    result = find_headline(
        lines("Ferries and Their Many Landing Pilots", title, LEAD), page("second-landing-opens-early-again")
    )
    assert result == at


@pytest.mark.parametrize(("entries", "at"), [(3, 3), (2, 0)])
def test_three_short_lines_are_a_menu(entries, at):
    menu = ["Ferries of Harbor", "Landings of Harbor", "Pilots of Harbor"][:entries]
    assert find_headline(lines(*menu, "Second Landing Opens Two Months Early", LEAD), None) == at


@pytest.mark.parametrize(("entry", "at"), [("of Old Harbor", 0), ("of Harbor", 3)])
def test_an_entry_of_a_menu_has_three_words(entry, at):
    menu = [f"{what} {entry}" for what in ("Ferries", "Landings", "Pilots")]
    assert find_headline(lines(*menu, "Second Landing Opens Two Months Early", LEAD), None) == at


@pytest.mark.parametrize(("names", "is_found"), [(9, True), (10, False)])
def test_a_few_names_may_stand_between_a_headline_and_its_date(names, is_found):
    between = [f"{first} {last}" for first in ("Iris", "Omar", "Lena", "Ruth") for last in ("Novak", "Diaz", "Park")]
    result = find_headline(lines(TITLE, *between[:names], "March 4, 2019", LEAD), None)
    assert (result == 0) is is_found


@pytest.mark.parametrize(("over", "at"), [(3, 0), (4, 3)])
def test_the_first_of_three_lines_over_a_date_is_the_headline(over, at):
    texts = [
        "Second landing opens early",
        "Boats stop there at noon",
        "Pilots hope for the best",
        "Nine boats each day",
    ]
    assert find_headline(lines(*texts[:over], "March 4, 2019", LEAD), None) == at


@pytest.mark.parametrize(("length", "is_dated"), [(140, True), (141, False)])
def test_a_line_that_dates_a_page_is_short(length, is_dated):
    assert (dates_page(of_length(length, "March 4, 2019", filler=".")) is not None) is is_dated


@pytest.mark.parametrize(("length", "may_be"), [(320, True), (321, False)])
def test_a_headline_has_an_end(length, may_be):
    assert may_be_headline(line(of_length(length, end="y"))) is may_be


@pytest.mark.parametrize(("text", "is_text"), [(12, True), (11, False)])
def test_a_sentence_has_twelve_words(text, is_text):
    assert is_sentence(of_words(text, ".")) is is_text


# What kind of page it is.


@pytest.mark.parametrize(("turns", "kind"), [(2, "transcript"), (1, None)])
def test_two_turns_are_a_talk(turns, kind):
    assert kind_by_words(lines(*[f"MR. LOWE: {LEAD}"] * turns)) == kind


@pytest.mark.parametrize(("marks", "is_marked"), [(3, True), (2, False)])
def test_three_marks_are_markdown(marks, is_marked):
    assert is_markdown(" and ".join(["[a pier](/pier)"] * marks)) is is_marked


@pytest.mark.parametrize(("fields", "is_front"), [(59, True), (60, False)])
def test_front_matter_has_an_end(fields, is_front):
    text = "\n".join(["---", "title: Second Landing", *["ferry: nine"] * (fields - 1), "---", LEAD])
    result, _ = read_markdown(text)
    assert (result[0].zone == "headline") is is_front


@pytest.mark.parametrize(("text", "shape"), [(6, "quote"), (5, "paragraph")])
def test_few_words_in_quotation_marks_are_no_quotation(text, shape):
    quotation = line(of_words(text, "”"))
    mark_marks([quotation, line("Iris Novak"), line(LEAD)])
    assert quotation.shape == shape


@pytest.mark.parametrize(("texts", "is_one"), [(2, True), (1, False)])
def test_two_captions_are_a_gallery(texts, is_one):
    captions = [f"{text} Boats sail. (Navy photo by Jo Marsh)" for text in (LEAD, NEXT)]
    assert is_gallery(lines(*captions[:texts])) is is_one


@pytest.mark.parametrize(("texts", "kind"), [(2, "photo_essay"), (3, "news")])
def test_a_page_of_one_picture_holds_its_alt_and_its_caption(texts, kind):
    over = "\n\n".join((LEAD, NEXT)[: texts - 1])
    text = f"{over}\n\n{TITLE}\n\n{LAST} Boats sail. (Navy photo by Jo Marsh)\n"
    reading = extract(text.encode(), url="https://harbor.example.gov/photos/12", content_type="text/plain")
    assert isinstance(reading, Article)
    assert reading.kind == kind


# Pictures.


@pytest.mark.parametrize(("over", "is_taken"), [(7, True), (8, False)])
def test_seven_lines_over_a_credit_are_its_pictures(over, is_taken):
    block = lines(*numbered(over - 1), LEAD)
    mark_pictures([*block, line("Photo By: Jo Marsh")])
    assert (block[-1].zone == "caption") is is_taken


@pytest.mark.parametrize(("paragraphs", "is_taken"), [(2, True), (3, False)])
def test_three_texts_over_a_credit_are_paragraphs(paragraphs, is_taken):
    block = lines(*(LEAD, NEXT, LAST)[-paragraphs:])
    mark_pictures([*block, line("Photo By: Jo Marsh")])
    assert (block[0].rule == "alt") is is_taken


@pytest.mark.parametrize(("text", "is_text_of_picture"), [(45, True), (46, False)])
def test_what_is_to_be_seen_is_told_in_few_words(text, is_text_of_picture):
    assert is_alt(f"A {of_words(text - 1)}") is is_text_of_picture


# What is no article.


@pytest.mark.parametrize(("text", "reason"), [(90, "not_an_article"), (91, None)])
def test_a_page_that_says_why_it_is_none_is_short(text, reason):
    result = instead(lines(f"Invalid article id {of_words(text - 3)}"))
    assert (result and result[0]) == reason


@pytest.mark.parametrize(("length", "reason"), [(4_000, "not_an_article"), (4_001, None)])
def test_a_page_that_says_why_it_is_none_has_no_endless_word(length, reason):
    result = instead(lines(of_length(length, "Invalid article id ", filler="y")))
    assert (result and result[0]) == reason


@pytest.mark.parametrize(("times", "is_subtitle"), [(3, True), (2, False)])
def test_three_times_of_subtitles_are_a_video(times, is_subtitle):
    texts = [f"00:00:0{at},000 --> 00:00:0{at},900 and so on and on until the pier {LEAD}" for at in range(times)]
    assert (instead(lines(*texts)) is not None) is is_subtitle


@pytest.mark.parametrize(("more", "is_list"), [(2, True), (1, False)])
def test_two_links_to_whole_texts_are_a_list(more, is_list):
    cards = [text for title in numbered(more) for text in (title, LEAD, "Read more")]
    assert (listed(lines(*cards)) is not None) is is_list


@pytest.mark.parametrize(("dates", "is_list"), [(3, True), (2, False)])
def test_three_dates_over_titles_are_a_list(dates, is_list):
    cards = [text for title in numbered(dates) for text in ("March 4, 2019", title)]
    assert (listed(lines(*cards, LEAD)) is not None) is is_list


@pytest.mark.parametrize(("text", "is_list"), [(7, True), (6, False)])
def test_under_the_bullets_of_a_list_stand_texts(text, is_list):
    cards = [entry for _ in range(3) for entry in (line("Landing", shape="list_item"), line(of_words(text)))]
    assert (listed(cards) is not None) is is_list


@pytest.mark.parametrize(("text", "is_list"), [(19, True), (18, False)])
def test_three_texts_that_are_cut_are_a_list(text, is_list):
    assert (listed(lines(*(of_words(text, f"{end}...") for end in "abc"))) is not None) is is_list


@pytest.mark.parametrize(("entries", "is_menu"), [(6, True), (5, False)])
def test_six_short_lines_and_no_text_are_a_menu(entries, is_menu):
    assert (listed(lines(*numbered(entries, "Pier"))) is not None) is is_menu


@pytest.mark.parametrize(("text", "is_menu"), [(3, True), (4, False)])
def test_a_line_of_a_menu_alone_has_three_words(text, is_menu):
    assert (listed(lines(*numbered(6, " ".join(["Pier"] * (text - 1))))) is not None) is is_menu


def test_what_is_no_article_is_a_rejection():
    reading = extract(b"Invalid article id", content_type="text/plain")
    assert isinstance(reading, Rejected)


# Around the headline, and lists, by their numbers.


@pytest.mark.parametrize(("count", "rule"), [(3, "label"), (2, None)])
def test_three_values_behind_pipes_are_a_column(count, rule):
    column = lines(*[f"| Value {word}" for word in "ABC"[:count]])
    mark_column(column)
    assert column[0].rule == rule


@pytest.mark.parametrize(("text", "rule"), [(4, "navigation"), (5, None)])
def test_an_entry_over_the_date_has_four_words(text, rule):
    under = [line(of_words(text), shape="list_item"), line("March 4, 2019")]
    mark_under(under)
    assert under[0].rule == rule


@pytest.mark.parametrize(("text", "is_named"), [(40, True), (41, False)])
def test_a_line_of_forty_words_may_name_who_speaks(text, is_named):
    under = lines(of_words(text), "LOWE: Good morning.", "ADLER: Good morning.")
    mark_under(under)
    assert (under[0].rule is not None) is is_named


@pytest.mark.parametrize(("turns", "is_named"), [(2, True), (1, False)])
def test_two_turns_make_a_transcript(turns, is_named):
    under = lines("The Old Landing of the North", *["LOWE: Good morning.", "ADLER: Good morning."][:turns])
    mark_under(under)
    assert (under[0].rule is not None) is is_named


@pytest.mark.parametrize(("text", "rule"), [(8, "office"), (9, None)])
def test_a_unit_under_whose_story_it_is_has_eight_words(text, rule):
    under = lines("Story by Jo Marsh", of_words(text))
    mark_under(under)
    assert under[1].rule == rule


@pytest.mark.parametrize(("text", "at"), [(20, 0), (21, None)])
def test_a_title_of_two_sentences_has_twenty_words_by_its_address(text, at):
    results = ["pier" + "abcdefghijklmnopqrstuvwxyz"[number] for number in range(text)]
    title = f"{' '.join(results[:9]).capitalize()}. {' '.join(results[9:]).capitalize()}"
    assert find_headline(lines(title, LEAD), page("-".join(results))) == at


@pytest.mark.parametrize(("before", "is_list"), [(19, True), (20, False)])
def test_the_motto_of_a_list_stands_among_its_first_twenty_lines(before, is_list):
    entry = lines(*numbered(before), "Stories from around the Harbor Department", LEAD, NEXT, LAST, *[LEAD + NEXT] * 3)
    assert (listed(entry) is not None) is is_list
