"""Every word of a page is in its explanation, once: kept, in a field, removed or outside of the article."""

from collections import Counter
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from services.contracts.article import Article
from services.parser.characters import decode, squeeze
from services.parser.explained import Explanation, explained_lines
from services.parser.extract import parse
from services.parser.rules import RULES
from tests.support.golden_pages import content_type, folders, url

pytestmark = pytest.mark.slow

MACHINES = {"script", "style", "template"}
PAGES = [folder for folder in folders() if (folder / "page.html").exists()]


class Words(HTMLParser):
    """Another reader of HTML: every character that is not for a machine."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.inside = []
        self.text = []

    def handle_starttag(self, tag, _attrs):
        if tag in MACHINES:
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if self.inside and tag == self.inside[-1]:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.text.append(data)


def spoken(text):
    """How often each character is said; bars stand between the cells of a table, and spaces between all."""
    return Counter("".join(squeeze(text).split()).replace("|", ""))


def on_page(markup):
    other = Words()
    other.feed(markup)
    other.close()
    return spoken("".join(other.text))


def explained(body, **about):
    return list(explained_lines(*parse(body, **about)))


def said(lines):
    return spoken("\n".join(line.text for line in lines))


@pytest.mark.parametrize("folder", PAGES, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_the_lines_of_a_golden_page_are_every_word_of_it(folder):
    page = next(folder.glob("page.*"))
    lines = explained(page.read_bytes(), url=url(folder), content_type=content_type(page))
    if lines:  # a page that is no HTML, or has nothing in it, has no lines
        assert said(lines) == on_page(decode(page.read_bytes()))


TEXTS = st.sampled_from(
    ("The crew went out before dawn and came back at noon with every buoy.", "Share", "Menu", "caf\u00e9 &")
)
TAGS = st.sampled_from(
    [
        "p",
        "div",
        "nav",
        "aside",
        "section",
        "span",
        "a",
        "svg",
        "noscript",
        "button",
        "label",
        "table",
        "h1",
        "h2",
        "li",
        "figure",
        "main",
        "article",
        "footer",
        "form",
    ]
)


@st.composite
def trees(draw, depth=4):
    """Markup with everything that a page has beside its text."""
    leaf = draw(st.integers(0, 5))
    if depth == 0 or leaf == 0:
        return f" {escape(draw(TEXTS))} "
    if leaf == 1:
        return draw(
            st.sampled_from(("<script>var x = 'a word'</script>", "<!-- a note -->", "<style>p{}</style>", "<br>"))
        )
    inner = "".join(draw(st.lists(trees(depth=depth - 1), max_size=4)))
    tag = draw(TAGS)
    if tag == "table":
        cell = escape(draw(TEXTS))
        drawn = f"<svg><text>{cell}</text></svg>"
        return f"<table><caption>{cell}</caption><tr><th>{cell}</th></tr><tr><td>{cell} {drawn}</td></tr></table>"
    hidden = draw(st.sampled_from(("", " hidden", ' style="display:none"', ' class="share"', ' class="body"')))
    return f"<{tag}{hidden}>{inner}</{tag}>"


@given(st.lists(trees(), max_size=5), st.lists(trees(), max_size=3), st.sampled_from(("main", "article", "div")))
@settings(max_examples=150)
def test_the_lines_of_a_generated_page_are_every_word_of_it(inner, beside, region):
    beside, inner = "".join(beside), "".join(inner)
    markup = (
        f"<html><head><title>A Title</title></head><body>{beside}<{region} class='usa-prose'><h1>Harbor Reopens</h1>"
        f"{inner}</{region}>{beside}</body></html>"
    )
    lines = explained(markup.encode(), content_type="text/html", url="https://harbor.example.gov/a")
    # Both read what a tree builder makes of tags that no page may have so.
    assert said(lines) == on_page(html.tostring(html.document_fromstring(markup), encoding="unicode"))


def test_each_state_says_what_became_of_the_line():
    page = """<title>Harbor Reopens | Site</title><nav>Menu of the site</nav><main><h1>Harbor Reopens</h1>
    <div class="share">Share</div><p>The harbor reopened at dawn on Monday, two days after the storm had passed.</p>
    <p>Engineers had worked through the night, the commander said, and marked the channel anew.</p></main>
    <footer>All rights reserved</footer>"""
    markup = f'<html><body class="usa-header"><div class="usa-banner"></div>{page}</body></html>'
    reading, parsed = parse(markup.encode(), url="https://harbor.example.gov/a")
    assert isinstance(reading, Article)
    by_name = {line.text: (line.state, line.rule, line.field) for line in explained_lines(reading, parsed)}
    assert by_name["Menu of the site"] == ("outside", None, None)
    assert by_name["Share"] == ("removed", "share", None)
    assert by_name["All rights reserved"] == ("outside", None, None)
    assert by_name[reading.body[0].text] == ("kept", None, None)
    assert ("field", "headline", RULES["headline"].field) in by_name.values()
    said = Explanation(lines=list(explained_lines(reading, parsed)), reading=reading).rules
    assert said == {name: RULES[name].says for name in sorted({rule for _, rule, _ in by_name.values() if rule})}
