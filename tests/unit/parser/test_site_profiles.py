"""What the pages of one site have in common, and what is made of it."""

import json
import random
from dataclasses import FrozenInstanceError, replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.article import Article
from services.parser.extract import read
from services.parser.site.learn import SAMPLE, PageSample, distinct, learn
from services.parser.site_profile import Box, SiteProfile
from tests.fakes.sites import SITES, SitePage, agency, dump, pages, profile_of, story, weblog

COUNTS = st.dictionaries(st.text(), st.integers(0, 999))
BOXES = st.dictionaries(st.text(), st.builds(Box, st.integers(0, 999), st.integers(0, 999), st.integers(0, 999)))


@pytest.mark.parametrize("site", SITES)
def test_with_its_profile_a_site_is_read_without_its_furniture(site):
    """Pages that were not in the sample, too: of twelve, eight are learned from."""
    group = pages(site, 12)
    profile = profile_of(group[:8])
    for page in group:
        reading, _ = page.parse(profile)
        assert page.read(profile) == page.body
        assert reading.headline == page.headline


@pytest.mark.parametrize("site", SITES)
def test_three_pages_are_enough_and_two_are_not(site):
    """Two pages that share a line may do so by chance."""
    group = pages(site, 3)
    assert [page.read(profile_of(group)) for page in group] == [page.body for page in group]
    assert [page.read(profile_of(group[:2])) for page in group] == [page.read() for page in group]


def test_a_line_that_is_taken_says_on_how_many_pages_it_stood():
    """The figure is for people: they may disagree with it."""
    group = pages(dump, 7)
    reading, _ = group[0].parse(profile_of(group))
    by_name = {line.text: (line.rule, line.detail) for line in reading.removed}
    assert by_name["Bellhaven County Prosecutor"] == ("repeats-on-site", "7 of 7 pages")


def test_an_article_published_twice_makes_no_furniture_of_its_text():
    """Under another address, and with a sentence more: counted once."""
    page = weblog(story(1))
    again = [
        replace(page, content=page.content.replace("<h2>", f"<p>{'More of it. ' * at}</p><h2>")) for at in range(6)
    ]
    group = [*again, *pages(weblog, 3, begin=20)]
    profile = profile_of(group)
    assert profile.pages == 4
    assert page.read(profile) == page.body


def test_pages_that_share_most_paragraphs_are_one_article_and_those_that_share_half_are_two():
    """Releases of one day share paragraphs, and are not one release."""
    first, half, most = (PageSample(tuple(marks), 0b1111) for marks in ("abcd", "abxy", "abcx"))
    assert len(distinct([first, half])) == 2
    assert len(distinct([first, most])) == 1


@pytest.mark.parametrize(("often", "stays"), [(10, True), (11, False)])
def test_a_link_under_the_text_is_the_sites_once_half_of_its_pages_have_it(often, stays):
    """In the text's own block, where nothing else tells a way back from a source."""
    group = pages(weblog, 21)
    linked = [_with(page, '<a href="/all">The lighthouse desk</a>') for page in group[:often]]
    profile = profile_of([*linked, *group[often:]])
    assert ("The lighthouse desk" in linked[0].read(profile)) is stays


def test_a_signature_under_every_letter_is_the_writers():
    """It is no link, and stands in no element of its own."""
    group = [_with(page, "Sincerely,</p><p>The harbor master</p><p>Of Port Lindon") for page in pages(weblog, 9)]
    assert group[0].read(profile_of(group))[-3:] == ("Sincerely,", "The harbor master", "Of Port Lindon")


def test_items_that_many_lists_share_are_text_where_others_are_not_shared():
    """The class of a list says nothing: its template holds the items of every article."""
    listed = '<ul class="wp-list"><li>{}</li></ul><div class="jp-buttons">'
    group = [
        replace(page, content=page.content.replace('<div class="jp-buttons">', listed.format(entry)))
        for at, page in enumerate(pages(weblog, 12))
        for entry in ["Call the harbor master" if at % 2 else f"Write to desk {at}"]
    ]
    assert group[1].read(profile_of(group))[-1] == "Call the harbor master"


@pytest.mark.parametrize(("often", "stays"), [(4, True), (5, False)])
def test_a_paragraph_over_the_text_is_the_sites_once_a_tenth_of_its_pages_have_it(often, stays):
    """In a block that never holds text; of 41 pages, five are a tenth."""
    notice = "The harbor is closed to sailing boats from dusk to dawn until further notice, and open to all others."
    menu = '<ul class="languages">'
    group = pages(agency, 41)
    noted = [replace(page, content=page.content.replace(menu, f"{menu}<li>{notice}</li>")) for page in group[:often]]
    assert (notice in noted[0].read(profile_of([*noted, *group[often:]]))) is stays


@pytest.mark.parametrize(
    "line", ["Q:", "What the council said", "The council voted on it and will vote again in spring."]
)
def test_a_line_between_paragraphs_may_stand_on_every_page(line):
    """Questions, subheads, refrains, and the phrases of contracts are text, however often they come."""
    group = [replace(page, content=page.content.replace("<h2>", f"<p>{line}</p><h2>")) for page in pages(weblog, 9)]
    assert line in group[0].read(profile_of(group))


def test_the_paragraph_that_ends_every_release_is_the_publishers_text():
    """It is about the agency, and it is printed as a part of the release, in HTML and in a dump."""
    about = "The harbor authority keeps forty miles of water open to everybody, and has done so since the first lock."
    html = [_with(page, about) for page in pages(weblog, 9)]
    assert html[0].read(profile_of(html))[-1] == about
    text = [
        replace(page, content=page.content.replace("Latest posts", f"{about}\n\nLatest posts"))
        for page in pages(dump, 9)
    ]
    assert text[0].read(profile_of(text))[-1] == about


def test_text_that_one_page_does_not_show_as_text_is_kept_where_the_site_has_its_text():
    """A page of three short lines: alone they could be a menu, on this site they stand where the text stands."""
    group = pages(agency, 8)
    short = replace(
        group[0],
        content=group[0].content.replace(
            "".join(f"<p>{line}</p>" for line in group[0].body[:2]), "<p>Closed today.</p>"
        ),
    )
    assert "Closed today." in short.read(profile_of(group))


def test_a_heading_that_every_page_has_is_no_headline():
    """Sites print the name of their section as a heading of the first rank."""
    group = [
        replace(
            page,
            content=page.content.replace("<main", "<h1>Harbor Notices</h1><main").replace(
                "<title>", "<title>Harbor Notices: "
            ),
        )
        for page in pages(agency, 6)
    ]
    reading, _ = group[0].parse(profile_of(group))
    assert isinstance(reading, Article)
    assert reading.headline == group[0].headline


def test_a_title_that_every_page_has_is_no_headline():
    """Old sites call every window the same, and print the headline in bold letters over the text."""
    group = []
    for page in map(_without_headings, pages(weblog, 6)):
        title = f"<title>{page.headline}"
        group.append(replace(page, content=page.content.replace(title, "<title>Harbor Board: Releases")))
    alone, _ = group[0].parse()
    answer, _ = group[0].parse(profile_of(group))
    assert alone.headline != group[0].headline
    assert answer.headline == group[0].headline


@pytest.mark.parametrize("title", ["{} - Harbor Board", "Harbor Board: {}", "{} | Releases | Harbor Board", "{}"])
def test_the_names_of_a_site_are_no_part_of_a_headline(title):
    """Whatever parts them: half of the pages share them."""
    group = [replace(page, content=_titled(page, title.format(page.headline))) for page in pages(weblog, 6)]
    reading, _ = group[0].parse(profile_of(group))
    assert reading.headline == group[0].headline


def test_a_paragraph_of_its_own_class_that_never_holds_text_is_furniture_once_it_repeats():
    """Beside the text, and as long as a paragraph of it; a paragraph without a class is the publisher's."""
    note = "You may write to the web desk about this page, and it will look into the matter within two days."
    buttons = '<div class="jp-buttons">'
    group = [
        replace(page, content=page.content.replace(buttons, f'<p class="note">{note}</p>{buttons}'))
        for page in pages(weblog, 6)
    ]
    assert group[0].read(profile_of(group)) == group[0].body


def test_a_known_layout_knows_better_than_a_profile(tmp_path):
    """AFPIMS says where its text is: what repeats there repeats in the text."""
    body = (
        "<p>The squadron flew at dawn and came back at noon with all of its crews and none of its doubts.</p><p>Q:</p>"
    )
    region = f"<div class='adetail'><h1 class='maintitle'>Dawn</h1><div class='body'>{body}</div></div>"
    page = f"<html><body>{region}</body></html>"
    lines = {f"{at:016x}": 9 for at in range(9)}
    plain, _ = read(page.encode())
    answer, _ = read(page.encode(), profile=SiteProfile("x.example", 9, lines))
    assert answer == plain


@given(COUNTS, BOXES, st.text(), st.integers(0, 200), st.frozensets(st.text()))
def test_a_profile_is_its_json_and_its_digest_stands_for_it(lines, boxes, host, count, names):
    """Whatever the order in which it was counted."""
    profile = SiteProfile(host, count, lines, boxes, names)
    other = SiteProfile(host, count, dict(reversed(lines.items())), dict(reversed(boxes.items())), profile.names)
    assert SiteProfile.from_json(profile.to_json()) == profile
    assert (other.to_json(), other.digest) == (profile.to_json(), profile.digest)
    assert SiteProfile(host, count + 1, lines, boxes).digest != profile.digest


def test_nobody_can_change_a_profile_under_its_digest():
    """Neither its fields nor what is in them, nor through what it was made of."""
    lines = {"a": 3}
    profile = SiteProfile("x.example", 3, lines)
    lines["a"] = 99
    assert profile.lines["a"] == 3
    with pytest.raises(FrozenInstanceError):
        profile.pages = 4
    with pytest.raises(TypeError):
        profile.lines["a"] = 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"format": 0}',
        '{"format": 1, "host": "x"}',
        '{"format":1,"host":"x","pages":1,"lines":[],"boxes":{}}',
    ],
)
def test_what_is_no_profile_is_refused(text):
    """One error, whatever is wrong with it."""
    with pytest.raises(ValueError, match=r"profile|JSON|Expecting"):
        SiteProfile.from_json(text)


def test_a_profile_is_learned_from_200_pages_at_most():
    """A large site costs no more than a middling one."""
    samples = (PageSample(("menu", str(at)), 0b10) for at in range(SAMPLE + 50))
    profile = learn("x.example", samples)
    assert (profile.pages, profile.lines["menu"]) == (SAMPLE, SAMPLE)


def test_what_stood_on_one_page_alone_is_not_in_the_profile():
    """It would only make it large."""
    profile = profile_of(pages(agency, 5))
    assert min(profile.lines.values()) > 1
    assert len(json.loads(profile.to_json())["lines"]) < 30


@pytest.mark.parametrize("site", SITES)
@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_no_profile_loses_a_line_or_raises(site, seed):
    """Whatever it claims: each line is in the body, or it is removed with a rule."""
    page, chance = site(story(7)), random.Random(seed)
    honest = _honest(site)
    lying = SiteProfile(
        "x.example",
        chance.randrange(300),
        {mark: chance.randrange(300) for mark in honest.lines},
        {name: Box(*(chance.randrange(300) for _ in range(4))) for name in honest.boxes},
    )
    reading, parsed = page.parse(lying)
    body = [block.text for block in reading.body] if isinstance(reading, Article) else []
    ordered = sorted([*body, *(line.text for line in reading.removed)])
    assert ordered == sorted(line.text for line in parsed.lines)


def _titled(page: SitePage, title: str) -> str:
    """The page without headings of the first rank, under another title."""
    content = page.content.replace(f"<title>{page.headline}", f"<title>{title}")
    return content.replace(f'<h1 class="entry-title">{page.headline}</h1>', "")


def _without_headings(page: SitePage) -> SitePage:
    bold = f"<p><b>{page.headline}</b></p>"
    return replace(page, content=page.content.replace(f'<h1 class="entry-title">{page.headline}</h1>', bold))


@cache
def _honest(site) -> SiteProfile:
    return profile_of(pages(site, 4))


def _with(page: SitePage, line: str) -> SitePage:
    """The page with one more paragraph at the end of its text."""
    return replace(
        page, content=page.content.replace('<div class="jp-buttons">', f'<p>{line}</p><div class="jp-buttons">')
    )
