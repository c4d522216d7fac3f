"""Text of others in a chat: it mentions nobody, links nowhere, is no markup, and fits."""

import re

import pytest

from services.webhooks.chat.text import fitted, inert, link, markdown, utf8, utf16

BREAK = "\u200b"
LOUD = ["@everyone", "@here now", "cc @channel", "@room", "<!here> @all", "mail a@b.example"]
ADDRESSES = [
    "https://evil.example/x",
    "see evil.example.",
    "HTTP://EVIL.EXAMPLE",
    "ftp://x",
    "mailto:a@b.example",
    "tel:5",
]


@pytest.mark.parametrize("text", LOUD)
def test_no_mention_is_left(text):
    """An @ stands alone: a character without width parts it from the name."""
    assert not re.search(r"@\w", inert(text))
    assert inert(text).replace(BREAK, "") == text


@pytest.mark.parametrize("text", ADDRESSES)
def test_no_address_is_left(text):
    """Neither with a scheme nor as the bare name of a host, as chats recognise it."""
    assert not re.search(r"://|mailto:\w|tel:\d|\w\.[a-z]{2}", inert(text), re.IGNORECASE)
    assert inert(text).replace(BREAK, "") == text


def test_plain_words_stay_as_they_are():
    """Nothing of a usual sentence is parted, and to make text inert again changes nothing."""
    usual = "The U.S. Army paid $3.5 million (up 2%) at 10:30 p.m. on Jan. 5, said Sgt. O'Neil: “Größe zählt.”"
    assert inert(usual) == usual
    assert inert(inert("@all at evil.example")) == inert("@all at evil.example")


def test_what_acts_on_a_screen_is_dropped():
    """Controls, marks of direction and separators of lines do not reach a person's screen."""
    assert inert("a\x1b[31mb\u202ec\u2028d\x00") == "a[31mbcd"


def test_no_character_of_text_is_markdown():
    """Each character that could begin markup is escaped, also that of a list or a quote at the beginning of a line."""
    escaped = markdown("*a* _b_ `c` ~~d~~ ||e|| [f](g) <@1> # h\n> i\n1. j\n- k \\ l")
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`~|\[\]()<>#]", escaped)
    assert not re.search(r"^(?:\d\.|-)", escaped, re.MULTILINE)


@pytest.mark.parametrize("size", [utf16, utf8, len])
@pytest.mark.parametrize("text", ["", "short", "a" * 300, "😀" * 300, "*" * 300, "@é " * 200, "x " + "﷽" * 100])
def test_a_cut_text_fits_after_it_was_escaped(text, size):
    """The limit is that of what is sent, in the units of the service, whatever escaping adds."""
    cut = fitted(text, 100, markdown, size)
    assert size(cut) <= 100
    assert cut == markdown(text) or cut.endswith("…")


def test_a_limit_of_nothing_gives_nothing():
    """A field that has no room is empty, not an ellipsis too long."""
    assert fitted("words", 0) == ""


def test_only_web_addresses_become_links_and_end_no_markup():
    """A script is no link; what would end a link of Markdown, Slack or HTML is coded."""
    assert link("javascript:alert(1)") is None
    assert link("https://a.example/" + "x" * 3_000) is None
    assert link('https://a.example/x|y>(z)[w] "q" \'?a=1&b=ü') == (
        "https://a.example/x%7Cy%3E%28z%29%5Bw%5D%20%22q%22%20%27?a=1&b=%C3%BC"
    )
