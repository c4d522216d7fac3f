"""More kinds of dumps that were once read wrongly: each test names the habit of the pages and what they must become."""

import pytest

from services.contracts.article import Rejected
from services.parser.characters import decode
from services.parser.dateline import read_opening
from services.parser.dumps.roles import is_sentence
from services.parser.dumps.text import text_lines
from tests.support.dump_texts import CAPTION, LAST, MORE, TEXT, TITLE
from tests.support.written_dumps import article, read, texts


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Media Roundtable with Secretary of Ferries Ruth Adler from the Harbor Briefing Room, Eastmark, Va.", False),
        ("Deputy Harbor Chief Ruth Adler Remarks and Fireside Chat at the 2024 Boat Summit in Eastmark, D.C.", False),
        ("She was the first of the pilots to be sent from the harbor to the new landing in Eastmark, Va.", True),
        ("The Boats of Eastmark Return. Ruth Adler Speaks With the Pilots at the Harbor of Eastmark, Va.", True),
    ],
)
def test_a_long_title_may_end_with_a_state(text, sentence):
    assert is_sentence(text) is sentence


def test_a_rank_that_ends_a_line_stands_before_the_name_that_begins_the_next():
    page = f"Pilots Hold a News Briefing at the Landing DR.\nADLER: Good morning.\n{TEXT}\nGEN.\nLOWE: Thank you."
    reading = article(page)
    assert (reading.headline, reading.kind) == ("Pilots Hold a News Briefing at the Landing", "transcript")
    assert texts(reading) == ["DR. ADLER: Good morning.", TEXT, "GEN. LOWE: Thank you."]


def test_a_rank_before_anything_else_stays_where_it_is():
    assert [line.text for line in text_lines("They met the GEN.\nLowe went home.")] == [
        "They met the GEN.",
        "Lowe went home.",
    ]


def test_who_presents_and_the_day_may_stand_over_the_headline():
    day = "Wednesday, February 19, 2003 - 1:46 p.m. EST"
    head = f"Image of Harbor oval\n\nPresenter: Secretary of Ferries Ruth Adler\n{day}"
    reading = article(f"{head}\n\nHarbor News Briefing - Secretary Adler\n\nAdler: Good afternoon. {TEXT}\n\n{MORE}\n")
    assert (reading.headline, reading.kind) == ("Harbor News Briefing - Secretary Adler", "transcript")
    assert (str(reading.published_at), len(reading.body)) == ("2003-02-19", 2)


def test_a_name_before_a_colon_makes_no_transcript_if_the_headline_has_it_not():
    assert article(f"Harbor News Briefing\n\nBackground: {TEXT}\n\n{MORE}\n").kind != "transcript"


def test_texts_of_two_encodings_in_one_dump():
    """Pages that were dumped one behind the other, and letters that were cut short."""
    assert decode("The harbor’s café".encode() + b"\nIt\x92s the pilots\x92 caf\xe9") == (
        "The harbor’s café\nIt’s the pilots’ café"
    )
    assert decode("é – è".encode() + b"\xe2\x80 \x92") == "é – è\ufffd ’"
    assert decode("ÉCOLE » é à ç".encode("cp1252")) == "ÉCOLE » é à ç"


def test_a_sentence_that_begins_with_by_is_no_byline():
    text = "By the way, one pilot just got his own boat. I'm very, very proud of him. (Laughter.)"
    reading = article(f"Remarks at the Landing\n\nSECRETARY ADLER: {TEXT}\n\n{text}\n\n{MORE}\n")
    assert reading.byline == ()
    assert text in texts(reading)


@pytest.mark.parametrize("line", ["By Courtesy Story", "By Press Release", "By News Release"])
def test_by_nobody_is_neither_text_nor_byline(line):
    reading = article(f"Second Landing Opens\n\n{line}\n\n{TEXT}\n\n{MORE}\n")
    assert (reading.byline, texts(reading)) == ((), [TEXT, MORE])


def test_two_names_may_share_the_unit_behind_them():
    by = "By Tech. Sgt. Ruth B. Adler and Sgt. 1st Class Kit Lowe National Guard Bureau"
    reading = article(f"Second Landing Opens\n\n{by}\n\n{TEXT}\n\n{MORE}\n")
    assert [(name.name, name.affiliation) for name in reading.byline] == [
        ("Tech. Sgt. Ruth B. Adler", "National Guard Bureau"),
        ("Sgt. 1st Class Kit Lowe", "National Guard Bureau"),
    ]


@pytest.mark.parametrize(
    ("line", "day"),
    [("20 May 2005 | #NAME?", "2005-05-20"), ("20 May 2005 | of the boats", "None"), ("As of May 20, 2005", "None")],
)
def test_what_dates_a_page_beside_a_fault(line, day):
    assert str(article(f"Second Landing Opens\n\n{line}\n\n{TEXT}\n\n{MORE}\n").published_at) == day


def test_a_title_that_ends_with_a_year_has_no_site_behind_it():
    title = "Harbor Guard - Fact Sheet - Flood Operations {}"
    headlines = [article(f"{title.format(end)}\n\n{TEXT}\n\n{MORE}\n").headline for end in ("2009", "Office")]
    assert headlines == [title.format("2009"), "Harbor Guard - Fact Sheet"]


def test_a_slug_may_part_an_abbreviation():
    title, other = "U.S. Ferry Command Posture Statement 2016", "POSTURE STATEMENT OF THE CHIEF May 4, 2016"
    page = f"{title}\n\n{other}\n\nBy Ruth Adler May 4, 2016\n\n{TEXT}\n\n{MORE}\n"
    assert article(page, "https://www.example.mil/article/1/u-s-ferry-command-posture-statement-2016").headline == title


def test_from_a_release_is_named_as_it_is_printed():
    reading = article(f"Second Landing Opens\n\nFrom a Ferry Command News Release\n\n{TEXT}\n\n{MORE}\n")
    assert [by.name for by in reading.byline] == ["From a Ferry Command News Release"]


def test_a_unit_over_a_wrapped_text_is_no_part_of_it():
    """Its place opens the text, and no link stands in the middle of a sentence there."""
    text = "EASTMARK, June 20, 2012 – Several boats\nof the ferry office will stop here until the autumn."
    lines = [line.text for line in text_lines(f"American Forces Press Service\n{text}")]
    assert lines == ["American Forces Press Service", text.replace("\n", " ")]


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("U.S. Ferry Command Public Affairs Eastmark, Germany Dec 28, 2016", "2016-12-28"),
        ("Pilots of All Harbors Meet in Eastmark, Germany Dec 28, 2016", "None"),  # no unit
        ("The Ferry Command Opens a Landing in Eastmark, Germany Dec 28, 2016", "None"),  # a sentence
    ],
)
def test_unit_place_and_day_may_stand_in_one_line(line, day):
    assert str(article(f"Second Landing Opens\n\n{line}\n\n{TEXT}\n\n{MORE}\n").published_at) == day


def test_the_headline_stands_over_the_block_that_says_who_spoke_where_and_when():
    title, block = "Remarks at the Fortieth Meeting of the Pilots", "Secretary Ruth E. Adler\nRemarks to the Pilots\n{}"
    where = "Grand Harbor Hotel, Eastmark, DC\nMarch 23, 2001"
    turns = f"SECRETARY ADLER: {TEXT}\n\n{MORE}\n"
    reading = article(f"You are in: Harbor > Speeches > 2001\n\n{title}\n\n{block.format(where)}\n\n{turns}")
    assert (reading.headline, str(reading.published_at), len(reading.body)) == (title, "2001-03-23", 2)
    assert reading.kind == "transcript"


@pytest.mark.parametrize(
    ("over", "between", "headline"),
    [
        ("Trending", "", "Second Landing Opens Early"),  # a section
        ("The Harbor Press Feed", CAPTION + " Ferry Office photo by Ruth Adler", "Second Landing Opens Early"),
        ("The Harbor Opens It", "", "The Harbor Opens It"),  # a headline, and its summary under the date
    ],
)
def test_what_stands_over_a_date_and_over_a_byline_under_it(over, between, headline):
    page = f"{over}\n\nMay 4, 2021\n\n{between}\nSecond Landing Opens Early\nBy Ruth Adler\n\n{TEXT}\n\n{MORE}\n"
    assert article(page).headline == headline


def test_a_way_to_more_between_headline_and_text_is_none_of_it():
    page = (
        f"Second Landing Opens\n\nRelease Date: May 4, 2021\n\n» More Information on the Landings\n\n{TEXT}\n\n{MORE}\n"
    )
    assert texts(article(page)) == [TEXT, MORE]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("(New York, N.Y.) The agency opened it.", "New York, N.Y."),
        ("(Eastmark, Ohio) The agency opened it.", "Eastmark, Ohio"),
        ("(Ruth Adler, Pilot) The agency opened it.", None),
        ("(Eastmark, Ohio) opened it.", None),
    ],
)
def test_a_place_with_its_state_may_open_a_text_in_brackets(text, place):
    opening = read_opening(text)
    assert (opening and opening.place) == place


def test_a_page_of_an_article_that_its_slug_names_may_be_counted():
    page = f"Second Landing Opens Early in May\n\n{TEXT}\n\n{MORE}\n"
    article(page, "https://www.example.mil/News/2021/04/16/second-landing-opens-early?page=23")
    assert isinstance(read(page, "https://www.example.mil/second-landing-opens?page=23"), Rejected)


def test_who_is_quoted_in_large_letters_may_have_an_office():
    quote, name = f'"{TEXT}"', 'Ruth "R.A." Adler, deputy secretary of ferries for landings and boats'
    reading = article(f"Second Landing Opens\n\n{MORE}\n\n{quote}\n{name}\n\n{LAST}\n")
    assert [(block.kind, block.text) for block in reading.body] == [
        ("paragraph", MORE),
        ("quote", quote),
        ("paragraph", LAST),
    ]


def test_a_paper_and_a_labelled_day_may_stand_behind_the_name():
    by = "By RUTH ADLER | HARBOR AND BOATS Published: April 13, 2017"
    reading = article(f"Second Landing Opens\n\n{by}\n\n{TEXT}\n\n{MORE}\n")
    assert [(name.name, name.affiliation) for name in reading.byline] == [("RUTH ADLER", "HARBOR AND BOATS")]
    assert str(reading.published_at) == "2017-04-13"


@pytest.mark.parametrize("query", ["Q: Did you see the boats?", "A: We did see them, and all of us were glad"])
def test_a_short_question_of_a_transcript_is_no_heading(query):
    page = f"Press Gaggle By Harbor Chief Ruth Adler\n\nMS. ADLER: {TEXT}\n\n{query}\n\nMS. ADLER: {MORE}\n"
    assert [block.kind for block in article(page).body] == ["paragraph"] * 3


@pytest.mark.parametrize(
    ("text", "joined"),
    [("The nine boats of the ferry office will stop in", True), ("Nine boats of the ferry office will stop in", False)],
)
def test_a_line_that_stops_at_a_word_that_leads_on_goes_on_behind_it(text, joined):
    lines = [line.text for line in text_lines(f"{text}\nEastmark until the autumn, and then return.\n")]
    assert (len(lines) == 1) is joined


def test_for_whom_a_story_was_written_is_no_headline():
    page = f"By Ruth Adler\nSpecial to American Forces Press Service\n{TEXT}\n{MORE}\n"
    assert article(page).headline == ""


def test_the_day_of_the_department_has_its_name_over_it():
    page = (
        f"Today In DOD\nOn the Web:\nhttp://www.example.mil/today\n\n{TITLE}\n\n{TEXT}\n\nToday's DoD Imagery\nView\n"
    )
    reading = article(page)
    assert (reading.headline, texts(reading)) == (TITLE, [TEXT])


def test_the_labels_of_a_blog_are_no_text():
    assert texts(article(f"{TITLE}\n\n{TEXT}\n\n{MORE}\n\nTechnorati Tags:\n\nNo comments:\n")) == [TEXT, MORE]


def test_many_presenters_with_their_offices_are_no_text():
    office = "performing the duties of the assistant secretary of ferries for boats; "
    presenters = f"Presenters:  Ruth Adler, {office}Dr. Jan Poole, {office * 3}"
    page = f"Press Briefing on Boats\n\n{presenters}\n\nRUTH ADLER: {TEXT}\n"
    assert texts(article(page)) == [f"RUTH ADLER: {TEXT}"]


def test_a_question_may_begin_in_the_middle():
    turns = f"Q:  ... that it opens in May?\n\nMS. ADLER:  {TEXT}\n\nQ:  Then who pays?\n\nMS. ADLER:  {MORE}\n"
    reading = article(f"Press Gaggle by Harbor Chief Ruth Adler\n\n{turns}\n")
    assert [block.kind for block in reading.body] == ["turn"] * 4


def test_the_words_over_the_last_addresses_go_with_them():
    links = "".join(f"https://{name}.example.com/ferries\n\n" for name in ("one", "two", "three"))
    assert texts(article(f"{TITLE}\n\n{TEXT}\n\n{MORE}\n\nFollow the boats:\n\n{links}")) == [TEXT, MORE]


@pytest.mark.parametrize(
    ("site", "kind"),
    [("example.mil/heroes", "reference"), ("example.mil/old-heroes", "news"), ("example.com/heroes", "news")],
)
def test_an_agencys_page_without_a_headline_whose_address_is_a_word_stays(site, kind):
    assert article(f"{TEXT}\n{MORE}\n", f"https://www.{site}").kind == kind


def test_a_writers_office_stands_in_a_block_with_the_name():
    office = "Master of the Joint Boats of Eastmark"
    assert texts(article(f"{TITLE}\n\nBy Capt. Ruth Adler\n{office}\n\n{TEXT}\n\n{MORE}\n")) == [TEXT, MORE]


@pytest.mark.parametrize("word", ["Left", "Right"])
def test_a_column_of_a_letter_is_no_headline(word):
    assert article(f"{word}\nTranscript\n{TITLE}\nMarch 21, 2024\n\n{TEXT}\n\n{MORE}\n").headline == TITLE


@pytest.mark.parametrize("span", ["July 14 - December 19, 2011", "December 12-17, 2011"])
def test_when_something_was_is_no_headline(span):
    reading = article(f"A Message of the Harbor Chief\n\n{span}\n\n{TEXT}\n\n{MORE}\n")
    assert (reading.headline, texts(reading)) == ("A Message of the Harbor Chief", [TEXT, MORE])


def test_what_a_copyist_says_of_a_public_release_is_no_text():
    page = f"{TITLE}\n\n{TEXT}\n\n{MORE}\n\n/Public Release. This material is of its day, and edited for length.\n"
    assert texts(article(page)) == [TEXT, MORE]
