"""The block that says whom the press may ask is taken from the edges of a release, and nothing else with it."""

import time

import pytest

from services.contracts.article import Article
from services.parser.contacts import mark_contacts
from services.parser.dumps.text import text_lines
from services.parser.extract import extract

LEAD = "The bridge reopened at dawn on Monday, two days after the storm, and the first trucks crossed it at noon."
END = "Engineers had worked through the night, the commander said, and marked the edges of the river anew."


def read(over=(), middle=(), under=()):
    """The body and what was taken as a contact, of a release with these lines over, in and under its text."""
    lines = "".join(f"<p>{line}</p>" for line in (*over, LEAD, *middle, END, *under))
    page = f"<html><title>Bridge Reopens</title><body><main><h1>Bridge Reopens</h1>{lines}</main></body></html>"
    article = extract(page.encode(), url="https://bridges.example.gov/1")
    assert isinstance(article, Article)
    texts = [line.text for line in article.removed if line.rule == "contact"]
    return [block.text for block in article.body], texts


@pytest.mark.parametrize(
    "block",
    [
        ["Media Contact: Jo Marsh, 202-555-0100"],
        ["MEDIA CONTACTS", "Jo Marsh", "Press Office", "(202) 555-0100", "jo.marsh@bridges.example.gov"],
        ["Contact:", "Jo Marsh", "202.555.0100", "Ada Stone", "202.555.0101"],
        ["Press contact: Jo Marsh"],
        ["For media inquiries:", "press@bridges.example.gov"],
        ["Contacto de prensa:", "Ana Ruiz", "787-555-0100"],
    ],
)
def test_a_contact_over_or_under_the_text_is_not_in_it(block):
    assert read(over=block) == ([LEAD, END], block)
    assert read(under=block) == ([LEAD, END], block)


def test_what_follows_the_last_number_stays():
    """A block ends with its last number, and is not looked for far below its label."""
    last = ["A caption of three words", "One of seven words, without an end"]
    assert read(under=["Contact", "Press Office, 202-555-0100", *last])[1] == ["Contact", "Press Office, 202-555-0100"]
    assert read(under=["Media contact:", *"abcd", "202-555-0100"])[1] == []


@pytest.mark.parametrize(
    "lines",
    [
        ["Contact: the crew and the ground"],
        ["Contact the shelter at 202-555-0100"],
        ["Contacts", "They were made of copper"],
        ["Media contact with the enemy was lost at noon, and nobody knew where the boats had gone since then."],
    ],
)
def test_a_line_that_only_begins_so_stays(lines):
    assert read(under=lines)[1] == []


def test_a_contact_within_the_text_is_what_the_text_says():
    body, result = read(middle=["Contact:", "202-555-0100"])
    assert (body, result) == ([LEAD, "Contact:", "202-555-0100", END], [])


def test_nothing_but_labels_is_looked_at_once():
    """Each line is the begin of a block, or stands in one; no line is looked at again for each line before it."""
    lines = text_lines("\n".join([*["Media contact:", "Contact: 202-555-0100"] * 10_000, END]))
    began = time.process_time()
    mark_contacts(lines)
    assert time.process_time() - began < 2
    assert sum(line.rule == "contact" for line in lines) >= 19_999
