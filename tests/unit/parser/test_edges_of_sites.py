"""What a site's pages have in common, on each side of a threshold."""

import pytest

from services.parser.extract import parse
from services.parser.lines import Line
from services.parser.markup import Place
from services.parser.site.learn import PageSample, distinct, learn, sample
from services.parser.site.page import SitePage
from services.parser.site_profile import Box, SiteProfile, fingerprint
from tests.support.written_pages import LAST, LEAD, NEXT, line

HOST = "harbor.example.gov"


def profile(counts, pages=1_000, **about):
    """A profile of a site on whose pages lines of these words stood, outside of any block with a name."""
    marks = {fingerprint(line(text), ""): count for text, count in counts.items()}
    return SiteProfile(host=HOST, pages=pages, lines=marks, **about)


def read_dump(text, known):
    _, parsed = parse(text.encode(), content_type="text/plain", profile=known)
    return {entry.text: entry.rule for entry in parsed.lines}


# Blocks of a site.


def test_a_block_that_hardly_ever_holds_text_never_does():
    assert Box(pages=1_000, text=40).never_has_text
    assert not Box(pages=1_000, text=41).never_has_text


def test_a_block_that_mostly_holds_all_text_is_there_for_it():
    assert Box(pages=1_000, whole=900).has_all_text
    assert not Box(pages=1_000, whole=899).has_all_text


def test_a_block_that_mostly_holds_nothing_of_a_pages_own_is_constant():
    assert Box(pages=1_000, constant=900).is_constant
    assert not Box(pages=1_000, constant=899).is_constant


@pytest.mark.parametrize(("share", "whole"), [(0.9, 1), (0.89, 0)])
def test_a_block_with_nine_tenths_of_the_paragraphs_holds_the_text(share, whole):
    assert Box().with_page(share, constant=False).whole == whole


def test_two_pages_tell_nothing_of_a_block():
    assert Box(pages=3).is_known
    assert not Box(pages=2).is_known


# Lines of a site.


@pytest.mark.parametrize(("count", "is_repeated"), [(100, True), (99, False)])
def test_a_line_apart_from_the_text_is_the_sites_on_a_tenth_of_its_pages(count, is_repeated):
    lines = [line(LEAD), line(NEXT), line("Harbor Hours")]
    page = SitePage(lines, [Place(0, "", "")], profile({"Harbor Hours": count}))
    assert page.is_repeated(2) is is_repeated


@pytest.mark.parametrize(("count", "is_repeated"), [(500, True), (499, False)])
def test_a_line_between_paragraphs_is_the_sites_on_half_of_its_pages(count, is_repeated):
    lines = [line(LEAD), line("Harbor Hours"), line(NEXT)]
    page = SitePage(lines, [Place(0, "", "")], profile({"Harbor Hours": count}))
    assert page.is_repeated(1) is is_repeated


@pytest.mark.parametrize(("count", "rule"), [(100, "repeats-on-site"), (99, None)])
def test_over_the_text_of_a_dump_a_line_of_a_tenth_of_the_pages_is_the_sites(count, rule):
    """An unknown line over the text, which a site's profile knows or does not."""
    known = profile({"Harbor Hours Are Long": count})
    read = read_dump(f"{LEAD}\n\n{NEXT}\n\nHarbor Hours Are Long\n\n{LAST}\n", known)
    assert read["Harbor Hours Are Long"] is None
    read = read_dump(f"Harbor Hours Are Long\n\nSecond Landing Opens\n\n{LEAD}\n\n{NEXT}\n", known)
    assert (read["Harbor Hours Are Long"] == "repeats-on-site") is (rule is not None)


@pytest.mark.parametrize(("count", "is_foot"), [(500, True), (499, False)])
def test_the_foot_of_a_dump_begins_with_a_line_of_half_of_the_pages(count, is_foot):
    known = profile({"Harbor Hours Are Long": count})
    read = read_dump(f"Second Landing\n\n{LEAD}\n\n{NEXT}\n\nHarbor Hours Are Long\n\nNoon Until Nine\n", known)
    assert (read["Noon Until Nine"] == "outside-learned-body") is is_foot


@pytest.mark.parametrize(("entries", "is_menu"), [(3, True), (2, False)])
def test_three_lines_of_the_site_in_a_row_are_a_menu(entries, is_menu):
    names = ["Harbor Hours Are Long", "Landings Are Many", "Pilots Are Few"][:entries]
    known = profile(dict.fromkeys(names, 900))
    menu = "\n\n".join(names)
    read = read_dump(f"Second Landing\n\n{LEAD}\n\n{menu}\n\n{NEXT}\n", known)
    assert (read[names[0]] == "repeats-on-site") is is_menu


# What is learned.


def of_marks(*marks):
    return PageSample(marks, (1 << len(marks)) - 1)


@pytest.mark.parametrize(("shared", "pages"), [(5, 2), (6, 1)])
def test_two_pages_that_share_more_than_half_are_one(shared, pages):
    results = [f"a{at}" for at in range(10)]
    other = [*results[:shared], *(f"b{at}" for at in range(10 - shared))]
    assert len(distinct([of_marks(*results), of_marks(*other)])) == pages


def test_of_a_long_page_the_first_and_the_last_thousand_lines_count():
    text = "\n\n".join(f"Landing number {at} is open." for at in range(2_001))
    _, parsed = parse(text.encode(), content_type="text/plain")
    assert len(sample(parsed).marks) == 2_000


def test_a_profile_holds_the_most_frequent_lines():
    marks = [f"{at:x}" for at in range(20_001)]
    pages = [PageSample(tuple(marks), 1 << at) for at in (1, 2, 3)]
    assert len(learn(HOST, pages).lines) == 20_000


def test_a_line_is_known_by_its_words_and_its_place():
    assert fingerprint(Line("A", "a"), "") != fingerprint(Line("A", "a"), "b")
