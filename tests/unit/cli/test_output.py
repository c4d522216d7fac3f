"""What a command prints: plain into a pipe, drawn on a terminal, and never a command to the terminal."""

import io
import json
import re
import sys
from datetime import datetime, timedelta, timezone

import pytest
from rich.text import Text

from services.cli.output.terminal import (
    Listing,
    cell,
    counted,
    display,
    error,
    print_json,
    print_json_line,
    show,
    show_facts,
    show_text,
)

HOSTILE = "Raid\x1b[2J\x9b1m over[/bold]\u202e\nfalse: line"
SHOWN = "Raid<U+001B>[2J<U+009B>1m over[/bold]<U+202E><U+000A>false: line"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
ADDRESS = "https://www.harbor.example/DesktopModules/ArticleCS/RSS.ashx?ContentType=1&Site=945&max=20"
LISTING = Listing(("source", "new", "address"), [("harbor-and-coast", 7, ADDRESS), ("bay", 1234, ADDRESS)], "Sources")


class Terminal(io.StringIO):
    """What a person would look at."""

    def isatty(self):
        return True

    def seen(self):
        """The words without their colours; any other command to the terminal is left in."""
        return COLOURS.sub("", self.getvalue())


@pytest.fixture
def terminal(monkeypatch):
    """What `show` and the others print on a terminal of 80 columns."""
    for name, value in {"COLUMNS": "80", "TERM": "xterm-256color"}.items():
        monkeypatch.setenv(name, value)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def seen(printing, *words):
        made = Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", made)
            printing(*words)
        return made.seen()

    return seen


def test_a_table_fits_eighty_columns_and_its_first_column_stays_whole(terminal):
    """A name or number that is to be copied must not be broken; an address may go on in the next line."""
    lines = terminal(show, LISTING).splitlines()
    assert max(map(len, lines)) <= 80
    assert sum("harbor-and-coast" in line for line in lines) == 1
    begins = lines[1].index("address")
    assert "".join(line[begins:].strip() for line in lines).count(ADDRESS) == 2


def test_a_piped_table_has_one_line_for_each_row(capsys):
    """No box, no colour, no trailing blanks; numbers stand at the right, under their name."""
    show(LISTING)
    assert capsys.readouterr().out.splitlines() == [
        "Sources",
        "source             new  address",
        f"harbor-and-coast     7  {ADDRESS}",
        f"bay               1234  {ADDRESS}",
    ]


def test_an_empty_table_is_its_head(capsys):
    show(Listing(("source", "new"), []))
    assert capsys.readouterr().out == "source  new\n"


def printed_in_every_way():
    show(Listing(("headline", "new"), [(HOSTILE, 1)], "Table"))
    show_facts({"headline": HOSTILE})
    show_text(Text(HOSTILE.partition("\n")[0], "bold"))
    display(Text(HOSTILE.partition("\n")[0], "red"))


def test_what_others_wrote_commands_no_terminal(terminal):
    """Each control character is shown by its number, on one line; what looks like markup is text."""
    result = terminal(printed_in_every_way)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result)
    assert result.count("[/bold]") == 4
    assert SHOWN in result


def test_nor_does_it_through_a_pipe_or_in_a_remark(capsys):
    """What is piped may be looked at later."""
    printed_in_every_way()
    error(HOSTILE)
    out, err = capsys.readouterr()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out)
    assert out.count("Raid<U+001B>[2J<U+009B>1m over[/bold]<U+202E>") == 4
    assert err == SHOWN + "\n"


def test_json_says_the_same_words_without_a_raw_control_character(capsys):
    """A program reads what was written; letters of any script stay as they are."""
    print_json({"headline": HOSTILE, "place": "Göteborg"})
    print_json_line({"headline": HOSTILE, "place": "Göteborg"})
    out = capsys.readouterr().out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out)
    assert out.count("Göteborg") == 2
    document, line = out.split("\n}\n")
    assert json.loads(document + "}") == json.loads(line) == {"headline": HOSTILE, "place": "Göteborg"}


def test_what_is_not_known_is_left_out(capsys):
    show_facts({"source": "harbor", "title": "", "blocked": None, "failures": 0})
    assert capsys.readouterr().out == "source             harbor\nfailures           0\n"


def test_a_time_says_that_it_is_in_utc():
    """Two operators read `09:16` as two times."""
    assert cell(datetime(2026, 11, 29, 10, 16, 30, tzinfo=timezone(timedelta(hours=1)))) == "2026-11-29 09:16Z"


def test_one_is_not_many():
    results = [counted(number, "page is", "pages are") for number in (0, 1, 2000)]
    assert results == ["0 pages are", "1 page is", "2,000 pages are"]
