"""One line for each thing that happened, whatever is in it, and never a secret that was only passing by."""

import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from services.runtime import logs

URL = "https://www.war.gov/News/Article/1/a-bridge/"
HOSTILE = "a\nb\r\n\x1b[31mred\x1b[0m\u2028\x00"


@pytest.fixture
def log(installation, capsys):
    """Configures the logs of this process in the asked format; reads back what was logged so far."""
    structlog.contextvars.clear_contextvars()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level

    def begin(form="json", level="info"):
        installation(log_format=form, log_level=level)
        logs.configure("test")
        return lambda: capsys.readouterr().err

    yield begin
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def fails(secret, words="the roof fell in"):
    """Fails while it holds a secret in a local variable."""
    assert secret
    raise RuntimeError(words)


def test_each_line_is_one_json_object_whatever_is_in_it(log):
    """Newlines and escapes of a page cannot forge a line, or colour a terminal."""
    read = log()
    structlog.get_logger().info("handled", headline=HOSTILE, **{"ke\ny": 1})
    structlog.get_logger().info(HOSTILE)
    first, second = [json.loads(line) for line in read().splitlines()]
    assert (first["headline"], first["service"], first["level"]) == (HOSTILE, "test", "info")
    assert second["event"] == HOSTILE


def test_a_hostile_line_stays_one_line_of_plain_characters(log):
    read = log()
    structlog.get_logger().info("handled", headline=HOSTILE)
    written = read()
    assert (written.count("\n"), "\x1b" in written, "\u2028" in written) == (1, False, False)


def test_on_a_terminal_too_a_hostile_line_stays_one_line_and_sends_no_commands(log):
    """Our own colours are there; those of a page are only named."""
    read = log("pretty")
    structlog.get_logger().info("handled", headline=HOSTILE, tags=[HOSTILE], bidi="\u202e")
    structlog.get_logger().warning(HOSTILE)
    logging.getLogger("library").warning(HOSTILE)
    written = read()
    assert written.count("\n") == 3
    assert not {"\r", "\x00", "\u2028", "\u202e"} & set(written)
    assert "\x1b[31mred" not in written
    assert written.count("<U+001B>[31mred") == 4


def test_no_line_of_an_errors_text_passes_for_a_line_of_the_log(log):
    read = log("pretty")
    try:
        fails("canary", "\n2026-11-22T12:00:00Z [info     ] all is well\x1b[2J")
    except RuntimeError:
        structlog.get_logger().warning("surprise", exc_info=True)
    first, *traceback = read().splitlines()
    assert "surprise" in first
    assert traceback
    assert all(line.startswith("  | ") for line in traceback)
    assert not any("\x1b" in line for line in traceback)


@pytest.mark.parametrize("form", ["json", "pretty"])
def test_a_secret_in_the_words_of_others_is_not_repeated(log, form):
    """An address with a token, an error that quotes one, a library's warning."""
    read = log(form)
    structlog.get_logger().info("handled", url="https://a.example/feed?token=canary", nested={"a": ["Bearer canary00"]})
    logging.getLogger("library").warning("cannot connect to redis://:canary@cache/0")
    try:
        fails("…", "postgresql://me:canary@db refused")
    except RuntimeError:
        structlog.get_logger().warning("surprise", exc_info=True)
    written = read()
    assert written.count("***") >= 4
    assert "canary" not in written


def test_what_libraries_say_is_json_too(log):
    """A warning of a library, with its traceback, is one line like ours."""
    read = log()
    try:
        fails("canary")
    except RuntimeError:
        logging.getLogger("library").exception("a library's\ntrouble")
    (line,) = read().splitlines()
    body = json.loads(line)
    assert (body["event"], body["level"]) == ("a library's\ntrouble", "error")
    assert "the roof fell in" in line


@pytest.mark.parametrize("form", ["json", "pretty"])
def test_a_traceback_tells_no_local_variables(log, form):
    """A key or a secret may be among them."""
    read = log(form)
    try:
        fails("canary")
    except RuntimeError:
        structlog.get_logger().warning("surprise", exc_info=True)
        logging.getLogger("library").exception("surprise")
    written = read()
    assert written.count("the roof fell in") >= 2
    assert "canary" not in written.replace('fails("canary")', "")


def test_levels_below_the_asked_are_silent(log):
    read = log(level="warning")
    structlog.get_logger().info("handled")
    assert read() == ""


def test_on_a_terminal_a_line_says_when_what_and_of_which_source(log):
    """It was 260 columns of `ms=… outcome=…`, with microseconds, in the order of the alphabet."""
    read = log("pretty")
    answer = structlog.get_logger()
    answer.info(
        "handled", kind="ParsePage", key="1", outcome="completed", ms=8.4, source="war", url=URL, headline="A bridge"
    )
    answer.info("handled", kind="FetchPage", key="1", outcome="completed", ms=12.6, source="war", url=URL, answer="new")
    answer.info("handled", kind="Announce", key="1", outcome="completed", ms=2.2)
    answer.info("attempted", endpoint=3, answer="delivered", ms=9.0, webhook_id="evt_1", attempt=1)
    read_, fetched, delivered = [re.sub(r"\x1b\[\dm", "", line) for line in read().splitlines()]
    assert re.fullmatch(r"\d\d:\d\d:\d\dZ  war           read A bridge  8 ms", read_)
    assert fetched.endswith(f"war           fetched {URL}: new  13 ms")
    assert delivered.endswith("webhook to endpoint 3: delivered  9 ms")


def test_on_a_terminal_what_failed_keeps_all_its_words(log):
    read = log("pretty")
    structlog.get_logger().info(
        "handled", kind="ParsePage", key="9", outcome="dead_lettered", ms=1.0, reason="It broke."
    )
    written = re.sub(r"\x1b\[\d+m", "", read())
    assert all(entry in written for entry in ("ParsePage", "dead_lettered", "It broke."))


def test_a_log_that_cannot_be_written_costs_nobody_the_work():
    """On a full disk each request cost its connection, and each message an attempt."""
    program = (
        "import structlog; from services.runtime import logs; logs.configure('web')\n"
        "for _ in range(9): structlog.get_logger().info('answered', path='/' + 'x' * 9000)\n"
        "print('done', flush=True)"
    )
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=full, check=False)
    assert done.stdout == b"done\n"
