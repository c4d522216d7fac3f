"""One page as converters and text browsers print it: breaks at a width, drawn bullets, numbered links, front matter."""

import textwrap

import pytest

from services.parser.address import slug
from services.parser.dumps.bullets import with_bullets
from services.parser.dumps.cards import is_cut
from services.parser.dumps.headline import find_headline
from services.parser.dumps.numbered_links import RULE, cut_links
from services.parser.dumps.run_together import cut_run_together
from services.parser.dumps.titles import without_site
from tests.support.dump_texts import LAST, MORE, TEXT, TITLE
from tests.support.numbered_lines import lines
from tests.support.written_dumps import article, texts
from tests.support.written_pages import LEAD, line, of_words

SITE = "https://harbor.example.gov"
SECTIONS = ("Home", "About", "Boats", "Landings", "Pilots", "Newsroom", "Careers", "Contact Us")
FOOT = ("Privacy Policy", "Accessibility", "FOIA")
BODY = [TEXT, MORE, LAST]


def wrapped(blocks, width, indent=""):
    return "\n\n".join(textwrap.fill(block, width, initial_indent=indent, subsequent_indent=indent) for block in blocks)


def links(entries, bullet):
    return "\n".join(f"{bullet}[{entry}]({SITE}/{entry.lower().replace(' ', '-')})" for entry in entries)


def test_markdown_that_was_wrapped_between_links_that_were_not():
    """The menu's lines are as long as its addresses, and tell nothing about the width."""
    menu = links([f"{entry} of the Harbor Office and Its Landings" for entry in SECTIONS], "  * ")
    title = f"{TITLE} and Eight Other Landings of the City"
    body = [" ".join(BODY), " ".join(BODY[::-1])]
    text = wrapped([f"# {title}", "March 4, 2019", *body], 78)
    reading = article(f"{menu}\n\n{text}\n\n{links(FOOT, '  * ')}\n")
    assert (reading.headline, texts(reading)) == (title, body)


@pytest.mark.parametrize("depths", [("  * ", "    + ", "      o "), ("* ", "  ◦ ", "    ▪ "), ("- ", "  - ", "    - ")])
def test_menus_with_drawn_bullets(depths):
    menu = "\n".join(f"{depths[at % 3]}{entry}" for at, entry in enumerate(SECTIONS))
    reading = article(f"{menu}\n\n{TITLE}\n\nMarch 4, 2019\n\n{wrapped(BODY, 80)}\n\n{menu}\n")
    assert (reading.headline, str(reading.published_at)) == (TITLE, "2019-03-04")
    assert texts(reading) == BODY


def test_the_text_of_a_list_stays_whatever_draws_its_bullets():
    items = [TEXT, MORE, LAST]
    page = "\n".join([TITLE, "", "March 4, 2019", "", LAST, "", *(f"  * {item}" for item in items)])
    reading = article(page)
    assert [(block.kind, block.text.removeprefix("• ")) for block in reading.body] == [
        ("paragraph", LAST),
        *(("list_item", item) for item in items),
    ]


@pytest.mark.parametrize(("count", "drawn"), [(3, "• "), (2, "* ")])
def test_fewer_than_three_stars_are_no_bullets(count, drawn):
    assert with_bullets(["* Small business"] * count)[0].startswith(drawn)


@pytest.mark.parametrize("text", ["o mundo", "  o mundo", "*Small business", "-- Jo Marsh", "1 * 2", "*"])
def test_what_is_no_bullet(text):
    assert with_bullets([text] * 3) == [text] * 3


def browser(addresses=12):
    """The page as a text browser prints it."""
    menu = "\n\n".join(f"     * [{at}]{entry}" for at, entry in enumerate(SECTIONS, 2))
    body = wrapped([TEXT.replace("harbor", "[10]harbor", 1), f"[11]{MORE}", LAST], 79, "   ")
    listed = "\n".join(f"{at:4}. {SITE}/{at}" for at in range(1, addresses + 1))
    return (
        f"   [1]Skip to main content\n\n   [harbor-logo.png]\n\n{menu}\n\n   {TITLE}\n\n   March 4, 2019\n\n{body}\n\n"
        f"References\n\n   Visible links\n{listed}\n"
    )


def test_a_page_of_a_text_browser():
    reading = article(browser())
    assert (reading.headline, str(reading.published_at)) == (TITLE, "2019-03-04")
    assert texts(reading) == BODY
    assert sum(line.rule == RULE for line in reading.removed) == 14


def test_a_list_of_sources_without_addresses_is_the_authors():
    text = f"{TITLE}\n\n{TEXT} [1] {MORE}\n\nReferences\n\n1. Adler\n2. Marsh\n3. Lowe\n"
    assert cut_links(text) == (text, [])


@pytest.mark.parametrize(("addresses", "cut"), [(3, True), (2, False)])
def test_three_addresses_are_a_list(addresses, cut):
    assert bool(cut_links(browser(addresses))[1]) is cut


MENU = "\n".join(f"- [{entry}]({SITE}/{at})" for at, entry in enumerate(SECTIONS))
FRONTS = (
    f'---\ntitle: "{TITLE} | Harbor Office"\nurl: "{SITE}/a"\n---\n\n',
    f"Title: {TITLE} | Harbor Office\n\nURL Source: {SITE}/a\n\nMarkdown Content:\n",
    f"Title: {TITLE}\n | Harbor Office\n\nURL Source: {SITE}/a\n\nMarkdown Content:\n",
)


@pytest.mark.parametrize("front", FRONTS)
def test_the_pages_own_headline_comes_before_the_scrapers(front):
    """Its menu stands between the two, and nothing in that menu ends the article."""
    notice = "A lock (\n\n![Lock](/lock.svg)\n\n) or https:// means you’ve safely connected to the .gov website.\n\n"
    reading = article(f"{front}{notice}{MENU}\n\n{TEXT}\n\n# {TITLE}\n\nMarch 4, 2019\n\n{MORE}\n\n{LAST}\n\n{MENU}\n")
    assert (reading.headline, str(reading.published_at)) == (TITLE, "2019-03-04")
    assert texts(reading) == [MORE, LAST]


def test_a_scrapers_title_is_the_headline_of_a_page_that_has_none():
    reading = article(f"{FRONTS[0]}{TEXT}\n\n{MORE}\n")
    assert (reading.headline, texts(reading)) == (TITLE, [TEXT, MORE])


NAMED = f"{SITE}/news/harbor-chief-opens-second-landing-all-boats"
OVER = "Home About Boats Landings Pilots Newsroom Careers Contact Us Search " * 3


@pytest.mark.parametrize("title", [TITLE, "Harbor Chief Opens the New Second Landing for All Boats"])
def test_the_address_names_the_headline_of_a_page_on_one_line(title):
    """Three words at most stand between two of its own."""
    reading = article(f"{OVER}{title} {' '.join(BODY)}", NAMED)
    assert (reading.headline, texts(reading)) == (title, [" ".join(BODY)])


@pytest.mark.parametrize(("between", "cut"), [(3, True), (4, False)])
def test_words_of_an_address_stand_near_each_other(between, cut):
    title = f"Harbor Chief Opens {'very ' * between}Second Landing for All Boats"
    pieces = cut_run_together([f"{OVER}{title} {' '.join(BODY)}"], slug(NAMED))
    assert (title in pieces) is cut


def test_words_of_an_address_at_the_end_of_a_page_are_a_link():
    page = f"{OVER}{TITLE} {' '.join(BODY)} {TITLE} {TEXT}"
    assert cut_run_together([page], slug(NAMED))[1:] == [TITLE, f" {' '.join(BODY)} {TITLE} {TEXT}"]


@pytest.mark.parametrize(("words", "cut"), [(150, True), (151, False)])
def test_a_text_that_is_cut_is_no_longer_than_a_card(words, cut):
    assert is_cut(line(of_words(words))) is cut


def test_what_stands_behind_two_bars_is_the_sites():
    assert without_site("Second Landing Opens | Boats | Harbor Office") == "Second Landing Opens"
    assert without_site("Second Landing Opens | Harbor Office") == "Second Landing Opens"


def lines_of(*over):
    """A page, an element a line, that begins so, and has a menu, a notice and a foot."""
    notice = "An office of the city keeps this page, and its words are those of the day on which it was written down."
    return "\n".join([*over, *SECTIONS, notice, TITLE, "March 4, 2019", *BODY, *SECTIONS])


@pytest.mark.parametrize("title", [TITLE, f"{TITLE} | Harbor Office", f"{TITLE} - Boats | Harbor Office"])
def test_the_title_of_the_window_is_no_headline_over_the_menu(title):
    reading = article(lines_of(title), NAMED)
    assert (reading.headline, str(reading.published_at)) == (TITLE, "2019-03-04")
    assert texts(reading) == BODY


@pytest.mark.parametrize(("over", "at"), [(2, 3), (3, 0)])
def test_a_copy_of_the_headline_below_most_of_the_text_is_a_link(over, at):
    page = lines(TITLE, *[LEAD] * over, TITLE, *[LEAD] * (4 - over))
    assert find_headline(page, slug(NAMED)) == at


@pytest.mark.parametrize(("over", "at"), [(2, 4), (3, 3)])
def test_the_title_of_the_window_is_one_of_three_lines(over, at):
    page = lines(*["Boats"] * over, TITLE, LEAD, TITLE, LEAD)
    assert find_headline(page, slug(NAMED)) == at


@pytest.mark.parametrize(("title", "at"), [(TITLE, 0), (TITLE.upper(), 2)])
def test_a_headline_in_capitals_is_no_better_than_another(title, at):
    assert find_headline(lines(title, LEAD, TITLE.upper(), LEAD), slug(NAMED)) == at
