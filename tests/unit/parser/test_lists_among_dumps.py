"""Dumps of lists, sections and pages that stay: no article is made of them, and none is lost to them."""

import pytest

from services.contracts.article import Rejected
from services.parser.dumps.text import text_lines
from tests.support.dump_texts import MORE, TEXT, TITLE
from tests.support.written_dumps import article, read, texts


@pytest.mark.parametrize(
    "address",
    [
        "https://www.example.mil/Media-Room/News",
        "https://www.example.mil/media/press-releases/",
        "https://www.defense.gov/news/articles.aspx?SectionID=0",
        "https://www.defense.gov/transcripts/default.aspx?mo=9&yr=2002",
        "https://www.defense.gov/News/Special-Reports/1216_yip/",
        "https://www.example.gov/tag/second-landing-opens-early/",
    ],
)
def test_the_address_of_a_section_is_a_lists(address):
    page = f"Second Landing Opens Early\n\n{TEXT}\n\n{MORE}\n"
    reading = read(page, address)
    assert isinstance(reading, Rejected)
    assert reading.reason == "listing"
    article(page, f"{address.partition('?')[0].rstrip('/').removesuffix('.aspx')}/990001/second-landing-opens-early")


def test_cards_that_a_script_would_have_filled_are_a_list():
    card = 'Feature"\narticle-id="990001"\narticle-title="Second Landing Opens"\narticle-url="https://www.war.gov/a"\n'
    reading = read(card * 2, "https://www.war.gov/fetch?from=stories")
    assert isinstance(reading, Rejected)
    assert "script" in reading.detail


@pytest.mark.parametrize(
    ("path", "title", "stored"),
    [
        ("/About/Second-Landing/", "Second Landing Office", False),
        ("/x/", "Frequently Asked Questions", False),
        ("/News/About/Second-Landing/", "Second Landing Office", True),
        ("/x/", "Second Landing Office", True),
    ],
)
def test_a_dump_without_a_date_of_a_page_that_stays_is_no_news(path, title, stored):
    page = f"{title}\n\n{TEXT}\n\n{MORE}\n"
    assert (article(page, f"https://www.example.mil{path}").kind == "reference") is not stored
    dated = article(f"{title}\n\nMay 4, 2021\n\n{TEXT}\n\n{MORE}\n", f"https://www.example.mil{path}")
    assert dated.kind != "reference"


def test_a_month_in_an_address_alone_is_no_lists():
    """Blogs ask so for their pages on small screens."""
    article(f"Second Landing Opens Early\n\n{TEXT}\n\n{MORE}\n", "https://example.blogspot.com/2012/01/a.html?m=1")


def test_ways_to_other_months_are_no_headline():
    page = f"« April 2009 | Main | June 2009 »\n\nMay 31, 2009\n\nSecond Landing Opens\n\n{TEXT}\n\n{MORE}\n"
    assert article(page).headline == "Second Landing Opens"


@pytest.mark.parametrize(("path", "listed"), [("2011/05/", True), ("2011/05/second-landing-opens-early", False)])
def test_the_address_of_a_month_is_a_lists(path, listed):
    reading = read(f"{TITLE}\n\n{TEXT}\n\n{MORE}\n", f"https://boats.example.com/{path}")
    assert isinstance(reading, Rejected) is listed


def test_a_part_of_a_special_report_is_no_article():
    page = f"Down Arrow\n\nSecond Landing\n\n{TEXT}\n\nDown Arrow\n\nBoats\n\n{MORE}\n"
    reading = read(page, "https://www.example.gov/News/Special-Reports/2017-Year-in-Review/Boats/")
    assert isinstance(reading, Rejected)


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ("The office named Army Lt.\nGen.\nRuth A.\nAdler to lead its boats.", True),
        ("Adler was deputy chief of boats, U.S.\nFerry Office.", True),
        ("The office sells its boats across the U.S.\nMany are old.", False),
        ("The office sold the boats in May.\nMany are old.", False),
    ],
)
def test_a_mailing_list_cuts_sentences_at_abbreviations(lines, joined):
    read_lines = [line.text for line in text_lines(lines)]
    assert read_lines == ([lines.replace("\n", " ")] if joined else lines.split("\n"))


def test_a_tag_is_a_list_with_a_query_too():
    page = f'Latest "Second Landing" stories\n\n{TEXT}\n\n{MORE}\n'
    assert isinstance(read(page, "https://www.example.com/tags/second-landing/?size=10"), Rejected)


def test_a_list_of_names_that_goes_on_is_no_list_of_key_words():
    page = (
        f"{TITLE}\n\n{TEXT}\n\nThe pilots of Eastmark, Wells, Norhaven, Lowe, and\n\nthose of the other landings met.\n"
    )
    assert "The pilots of Eastmark, Wells, Norhaven, Lowe, and" in texts(article(page))
