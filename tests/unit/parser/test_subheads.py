"""What a short line of the text is: a subhead, or the last of a list, a name, an office, a place. Explain says why."""

import pytest

from services.cli.output.terminal import display
from services.contracts.article import Article
from services.parser.body import roles
from services.parser.explain import explain
from services.parser.explained import explained_lines
from services.parser.extract import parse
from services.parser.rules import RULES
from services.parser.side_by_side import side_by_side
from tests.support.written_pages import LAST, LEAD, NEXT, line


def role_of(text, *others):
    (role,) = (role for entry, role in roles(others) if entry.text == text)
    return role


@pytest.mark.parametrize(
    "before",
    [
        line(NEXT),
        line("The towns lend their piers."),
        line("These boats take part:"),
        line("Who pays?"),
        line("- - - - - - -"),
        line('"We had hoped for it"'),
        line("Nine boats", shape="list_item"),
        line("The Second Landing", shape="subhead"),
        line("The Second Landing", bold=True),
    ],
    ids=lambda before: before.text,
)
def test_a_short_line_over_text_is_a_subhead_after_anything_of_another_kind(before):
    found = role_of("What comes next", before, line("What comes next"), line(LAST))
    assert found == ("subhead", "over-text")


@pytest.mark.parametrize(
    ("before", "last"),
    [
        ("Tidewater Pilots", "Lowe County Port Authority"),
        ("the fire department;", "Lowe County Port Authority"),
        ("Office of Bridges (northern district)", "Lowe County Port Authority"),
        ("Sincerely,", "Ada Lowe"),
        ("Ada Lowe", "Secretary of Harbors"),
        ("Tidewater, Lake County", "Eastern Landing"),
        ("第二码头", "Eastern Landing"),
    ],
)
def test_a_short_line_over_text_is_no_subhead_after_another_short_line(before, last):
    assert role_of(last, line(NEXT), line(before), line(last), line(LEAD)) == ("paragraph", "in-a-row")


def test_a_line_that_was_taken_out_is_no_neighbor():
    """A credit between text and heading says nothing about the heading."""
    found = role_of(
        "What comes next", line(NEXT), line("Harbor Office", rule="credit"), line("What comes next"), line(LAST)
    )
    assert found == ("subhead", "over-text")


def test_bold_lines_and_turns_name_their_rule_and_what_the_page_says_has_none():
    turns = [line(f"MR. LOWE: {LEAD}") for _ in range(4)]
    shown = [role for _, role in roles([line("Pilots", bold=True), line("Boats", shape="quote"), *turns, line(NEXT)])]
    assert shown[:3] == [("subhead", "bold-line"), ("quote", None), ("turn", "speaker")]
    assert shown[-1] == ("paragraph", None)
    assert {role.kind for role in shown if role.rule} == {RULES[role.rule].kind for role in shown if role.rule}


PAGE = f"""<html><head><title>Second Landing Opens</title></head><body><header class="usa-header">Site</header>
<main class="usa-prose"><h1>Second Landing Opens</h1><p>{LEAD}</p><p>Where the boats go</p><p>{NEXT}</p>
<ul><li>Nine boats</li></ul><blockquote>{LAST}</blockquote>
<p>Tidewater Pilots</p><p>Port Authority</p><p>{LEAD[:-1]} too.</p>
</main></body></html>"""


@pytest.fixture(scope="module")
def explained():
    reading, parsed = parse(PAGE.encode(), url="https://harbor.example.gov/a")
    assert isinstance(reading, Article), reading
    return reading, parsed


def test_explain_shows_the_kind_of_each_kept_line_and_the_rule_that_decided_it(explained):
    views = {line.text: line for line in explained_lines(*explained) if line.state == "kept"}
    assert {text: (view.kind, view.rule) for text, view in views.items()} == {
        LEAD: ("paragraph", None),
        "Where the boats go": ("subhead", "over-text"),
        NEXT: ("paragraph", None),
        "Nine boats": ("list_item", None),
        LAST: ("quote", None),
        "Tidewater Pilots": ("paragraph", None),
        "Port Authority": ("paragraph", "in-a-row"),
        f"{LEAD[:-1]} too.": ("paragraph", None),
    }
    assert [(view.kind, view.text) for view in views.values()] == [(b.kind, b.text) for b in explained[0].body]


def test_the_terminal_and_the_html_show_kind_and_rule(explained, capsys):
    reading, parsed = explained
    display(explain(reading, explained_lines(reading, parsed)))
    printed = capsys.readouterr().out
    document = side_by_side(reading, parsed.lines)
    for name, text in (("over-text → subhead", "Where"), ("list item", "Nine"), ("in-a-row → paragraph", "Port")):
        assert f"{name}  {text}" in printed
        assert f'<span class="tag">{name}</span><p dir="auto">{text}' in document
