"""A reading beside its page: all of it is there, and nothing of it is more than text."""

import re
from itertools import pairwise

from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from services.cli import app
from services.contracts.article import Article, Award, Block, Image, Rejected
from services.parser.extract import read
from services.parser.lines import Line
from services.parser.side_by_side import side_by_side

PAGE = """<html><body><main><div class="share">Share</div><h1>Crews Reopen the Harbor</h1>
<p>The harbor opened at dawn after the crews had cleared every wreck from the narrow channel.</p>
<p>Ships of all sizes came in before noon, and the mayor thanked everyone who had a part in it.</p>
</main></body></html>"""
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)"></style></title>" onclick=\'alert(3)\' &lt;b&gt; {0}'
TURN = "\u202egnp.exe\u2066 \u200b\x00\ud800"


def line(text, rule=None):
    return Line(text=text, key=text, rule=rule)


def looked_at(reading, lines=()):
    return BeautifulSoup(side_by_side(reading, lines), "lxml")


def test_every_line_is_told_in_order_and_those_taken_out_are_struck_through_under_their_rule():
    reading, lines = read(PAGE.encode(), content_type="text/html")
    page = looked_at(reading, lines).select_one("section.pane")
    assert [p.get_text() for p in page.select("ol p")] == [each.text for each in lines]
    struck = [(gone.get_text(), gone.find_parent("li").select_one(".tag").get_text()) for gone in page.select("ol del")]
    assert struck == [(each.text, each.rule) for each in lines if not each.kept]
    assert struck


def test_the_article_is_told_with_each_block_as_what_it_is():
    kinds = ("paragraph", "subhead", "quote", "list_item", "list_item", "table", "turn", "list_item")
    article = Article(
        layout="afpims",
        headline="Crews Reopen the Harbor",
        dek="At dawn.",
        lang="es",
        body=tuple(Block(kind=kind, text=f"{number} {kind}") for number, kind in enumerate(kinds)),
    )
    shown = looked_at(article).article
    assert shown["lang"] == "es"
    assert shown.h2.get_text() == article.headline
    assert shown.select_one(".dek").get_text() == "At dawn."
    assert [(part.name, part.get_text()) for part in shown.select(".dek ~ :not(dl)") if part.name != "li"] == [
        ("p", "0 paragraph"),
        ("h3", "1 subhead"),
        ("blockquote", "2 quote"),
        ("ul", "\n3 list_item\n4 list_item\n"),
        ("p", "5 table"),
        ("p", "6 turn"),
        ("ul", "\n7 list_item\n"),
    ]


def test_a_picture_stands_where_it_stood_with_its_caption_credit_and_number():
    """Without the picture itself: the document asks nobody for anything."""
    picture = Image(url="https://x.example/a.jpg", caption="A tug.", credit="Navy photo", virin="240101-N-AB123-001")
    body = (Block(text="First."), Block(text="Second."))
    at_one, at_end = picture.model_copy(update={"position": 1}), picture.model_copy(update={"position": 9})
    article = Article(layout="x", headline="Tugs", body=body, images=(at_end, at_one))
    shown = looked_at(article).article
    assert [part.name for part in shown.select(".headline ~ :not(dl)")] == ["p", "figure", "p", "figure"]
    assert shown.figure.p.get_text() == "A tug."
    assert [fact.get_text() for fact in shown.select("figure:first-of-type dd")] == [
        "Navy photo",
        "240101-N-AB123-001",
        "https://x.example/a.jpg",
    ]


def test_awards_are_told_in_dollars():
    award = Award(awardees=[{"name": "Tern LLC"}], amount=1_200_000, amount_kind="not_to_exceed", text="Tern LLC")
    shown = looked_at(Article(layout="x", headline="Contracts", kind="contracts", awards=(award,))).select_one(".award")
    assert shown.h4.get_text() == "Tern LLC"
    assert shown.dd.get_text() == "$1,200,000 (not to exceed)"


def test_a_rejected_page_says_why_and_every_line_is_struck_through():
    reading = Rejected(reason="blocked", detail="A wall.", layout="x")
    shown = looked_at(reading, [line("Access Denied"), line("Menu", "nav")])
    assert shown.select_one(".headline").get_text() == "No article"
    assert shown.select_one(".dek").get_text() == "A wall."
    assert "2 lines: 0 kept, 2 taken out" in shown.header.get_text()
    assert [tag.get_text() for tag in shown.select("ol .tag")] == ["blocked", "nav"]


def hostile_article(words):
    return Article(
        url=words, canonical_url=words, article_key=words, layout=words, headline=words, dek=words, dateline=words,
        lang=words, published_evidence=words, tags=(words,), byline=[{"name": words, "affiliation": words}],
        body=tuple(Block(kind=kind, text=words) for kind in ("paragraph", "subhead", "list_item", "table")),
        images=[{"url": words, "title": words, "caption": words, "credit": words, "virin": words, "alt": words}],
        attachments=[{"text": words, "url": words}],
        awards=[{"branch": words, "awardees": [{"name": words}], "kinds": [words], "activity": words, "text": words}],
    )  # fmt: skip


def markup_of(soup):
    """Every element with the names of its attributes, without any word."""
    return [(each.name, sorted(each.attrs)) for each in soup.find_all()]


def test_hostile_words_stay_words():
    """The same elements with the same attributes as for harmless words, in every field and every line."""
    hostile = looked_at(hostile_article(HOSTILE), [line(HOSTILE), line(HOSTILE, HOSTILE)])
    harmless = looked_at(hostile_article("x"), [line("x"), line("x", "x")])
    assert markup_of(hostile) == markup_of(harmless)
    assert hostile.select_one("ol p").get_text() == HOSTILE
    assert not hostile.find_all(["script", "img", "link", "iframe"])


def test_nothing_is_loaded_and_nothing_would_run():
    """No address stands where a browser would follow it by itself, and the policy forbids it anyway."""
    document = side_by_side(hostile_article("https://x.example/a.jpg"), [line("https://x.example/")])
    soup = BeautifulSoup(document, "lxml")
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'")
    assert not soup.find_all(src=True)
    assert {each["href"] for each in soup.find_all(href=True)} == {"#article"}
    assert not re.search(r"url\(|@import", soup.style.get_text())


def test_characters_that_hide_or_turn_are_shown_by_their_number():
    """And the document can be written in UTF-8, whatever the page held."""
    document = side_by_side(hostile_article(TURN), [line(TURN, TURN)])
    document.encode("utf-8")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x00]", document)
    assert looked_at(hostile_article(TURN)).article.h2.get_text() == "U+202Egnp.exeU+2066 U+200BU+0000U+D800"


def test_there_is_one_heading_of_the_first_rank_and_none_is_left_out():
    """A screen reader may jump from heading to heading."""
    for reading in (hostile_article("x"), Rejected(reason="empty", detail="x")):
        ranks = [int(heading.name[1]) for heading in looked_at(reading).find_all(re.compile("^h[1-6]$"))]
        assert ranks.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(ranks))


def contrast(one, other):
    """Of two colors, as WCAG 2.2 reckons it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color):
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_all_words_can_be_read_in_the_light_and_in_the_dark():
    """4.5 to 1 at least, WCAG 2.2 level AA."""
    style = looked_at(Rejected(reason="empty", detail="x")).style.get_text()
    roots = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    themes = [dict(re.findall(r"--([\w-]+): (#\w{6})", rules)) for rules in roots]
    assert len(themes) == 2
    for theme in themes:
        for words in ("ink", "soft", "gone", "link"):
            assert min(contrast(theme[words], theme[under]) for under in ("paper", "sheet")) >= 4.5
        assert contrast(theme["tag"], theme["tag-paper"]) >= 4.5
        assert contrast(theme["ink"], theme["line"]) >= 4.5


@given(st.text(max_size=60), st.lists(st.tuples(st.text(max_size=30), st.none() | st.text(max_size=10)), max_size=5))
@settings(max_examples=100)
def test_whatever_the_words_no_element_comes_from_them(words, lines):
    document = side_by_side(hostile_article(words), [line(*each) for each in lines])
    document.encode("utf-8")
    known = {"html", "head", "meta", "title", "style", "body", "header", "h1", "p", "a", "ul", "li", "main", "section"}
    known |= {"h2", "ol", "span", "del", "article", "dl", "dt", "dd", "h3", "h4", "figure", "figcaption", "strong"}
    assert {name for name, _ in markup_of(BeautifulSoup(document, "lxml"))} <= known


def test_the_command_writes_the_document(tmp_path):
    """`dateline parse FILE --html OUT`; also of a page that is no article, whose exit status stays 1."""
    page, out = tmp_path / "page.html", tmp_path / "out.html"
    page.write_text(PAGE)
    assert CliRunner().invoke(app, ["parse", str(page), "--html", str(out)]).exit_code == 0
    assert "Crews Reopen the Harbor" in out.read_text()

    page.write_text("<html><body></body></html>")
    assert CliRunner().invoke(app, ["parse", str(page), "--explain", "--html", str(out)]).exit_code == 1
    assert "No article" in out.read_text()
