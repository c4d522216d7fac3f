"""On a page of no known layout, machines are told who wrote it; readers of the page may not be."""

import json

import pytest

from services.contracts.article import Article
from services.parser.extract import extract

TEXT = """
<p>The bridge reopened at dawn on Monday, two days after the storm, and the first trucks crossed it at noon.</p>
<p>Engineers had worked through the night, the commander said, and marked the edges of the river anew.</p>
<p>Ferries to the islands will run again from Tuesday on, as soon as both piers have been looked at.</p>"""


def byline(*things, line=""):
    """The names of a page with these things in its JSON-LD, and with this line under its headline."""
    text = f'<script type="application/ld+json">{json.dumps(list(things))}</script>'
    page = f"<html><head><title>Bridge Reopens</title>{text}</head><body><article><h1>Bridge Reopens</h1>{line}{TEXT}"
    article = extract(f"{page}</article></body></html>".encode())
    assert isinstance(article, Article)
    return [entry.name for entry in article.byline]


def person(name, **more):
    return {"@type": "Person", "name": name} | more


@pytest.mark.parametrize(
    ("author", "names"),
    [
        (person("Iris Novak"), ["Iris Novak"]),
        ([person("Iris Novak"), person("Theo Park"), person("Iris Novak")], ["Iris Novak", "Theo Park"]),
        (person("  Virginia\n West "), ["Virginia West"]),
        ({"@type": ["Person", "Thing"], "name": "Iris Novak"}, ["Iris Novak"]),
        ({"name": "Iris Novak"}, ["Iris Novak"]),
        (person(["Iris Novak", "Theo Park"]), ["Iris Novak", "Theo Park"]),
        (person("Iris Novak, Theo Park"), ["Iris Novak", "Theo Park"]),
        (person("By Iris Novak"), ["Iris Novak"]),
        (person("Super User"), []),
        ("Iris Novak", ["Iris Novak"]),
        (["Iris Novak", "Harbor News Service"], ["Iris Novak"]),
        ({"@type": "Organization", "name": "Iris Novak"}, []),
        (person("Harbor News Staff"), []),
        (person("admin"), []),
        (person("iris.novak"), []),
        (person("x" * 200), []),
        (person({"first": "Iris"}), []),
        ({"@type": {"a": 1}, "@id": 7}, []),
        ({"@id": "#nobody"}, []),
        (7, []),
    ],
)
def test_persons_are_a_byline_and_organizations_are_none(author, names):
    assert byline({"@type": "NewsArticle", "headline": "Bridge Reopens", "author": author}) == names


def test_an_author_is_found_where_the_graph_keeps_them():
    """As blogs do: the article names an id, and another thing has the name."""
    article = {"@type": "Article", "headline": "Bridge Reopens", "author": {"@id": "#iris"}}
    assert byline({"@graph": [article, person("Iris Novak", **{"@id": "#iris"})]}) == ["Iris Novak"]


def test_what_the_page_shows_comes_first():
    """A line has the rank and the unit; and the author of something else is not the article's."""
    article = {"@type": "Article", "headline": "Bridge Reopens", "author": person("Iris Novak")}
    assert byline(article, line="<p>By Sgt. Theo Park, Harbor News</p>") == ["Sgt. Theo Park"]
    assert byline({"@type": "Review", "author": person("Iris Novak")}) == []


def test_a_line_whose_element_says_author_names_one():
    """Without "by"; a menu item or a unit in such an element is nobody."""
    assert byline(line="<div class='post-author'>Iris Novak</div>") == ["Iris Novak"]
    assert byline(line="<div class='post-author'>Harbor News Staff</div>") == []
    assert byline(line="<div class='topics'>Iris Novak</div>") == []
