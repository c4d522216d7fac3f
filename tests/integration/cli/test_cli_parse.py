"""`dateline parse`: an article, its explanation, a batch, and one sentence where there is none."""

import json

import pytest

from services.runtime.redis_server import free_port
from services.runtime.settings import runtime_settings
from tests.support.cli_files import DUMP, write
from tests.support.harbor import RELEASE

# Parsing


def test_a_page_is_shown_as_an_article(dateline, tmp_path):
    shown = dateline("parse", write(tmp_path, "harbor.html", RELEASE))
    assert (shown.status, shown.out.splitlines()[0]) == (0, "Harbor Reopens")
    assert "Ferries to the islands" in shown.out


def test_the_whole_article_is_one_json_object(dateline):
    read = json.loads(dateline("parse", DUMP, "--json").out)
    assert read["headline"].startswith("Raqqa, Mosul")
    assert read["rejected"] is None


def test_every_line_is_explained(dateline):
    explained = dateline("parse", DUMP, "--explain")
    assert explained.status == 0
    assert "Here’s how you know".replace("’", "'") in explained.out


def test_a_batch_answers_each_request_whatever_it_is(dateline, tmp_path):
    page = write(tmp_path, "harbor.html", RELEASE)
    requests = ['{"path": "%s", "url": "https://harbor.example/1"}' % page, '{"path": "/missing"}', "{", "7"]  # noqa: UP031 - braces
    answered = dateline("parse", "--batch", stdin="\n".join(requests))
    lines = [json.loads(line) for line in answered.out.splitlines()]
    assert [line["headline"] for line in lines] == ["Harbor Reopens", None, None, None]
    assert "No such file" in lines[1]["rejected"]["detail"]
    assert answered.status == 0


def test_a_capture_is_read_by_its_name(on_sqlite, dateline, tmp_path):
    """As the message that was dead-lettered names it: its own address and type come with it."""
    page = write(tmp_path, "harbor.html", RELEASE)
    dateline("import", page, "--url", "https://harbor.example/1")
    [capture] = runtime_settings().captures.rglob("*.warc.gz")
    name = capture.name.removesuffix(".warc.gz")
    shown = dateline("parse", "--capture", name)
    assert (shown.status, shown.out.splitlines()[0]) == (0, "Harbor Reopens")
    assert '"https://harbor.example/1"' in dateline("parse", "--capture", name, "--json").out


@pytest.mark.parametrize("text", ["", "<html><title>404</title><h1>Page not found</h1></html>", bytes(range(256))])
def test_what_is_no_article_is_told_with_status_1(dateline, tmp_path, text):
    output = dateline("parse", write(tmp_path, "page.html", text))
    assert (output.status, output.out, output.err.count("\n")) == (1, "", 1)
    assert output.err.startswith("No article: ")


@pytest.mark.parametrize(
    ("page", "part"),
    [
        ([], "Name one file, address or --capture"),
        (["x.html", "--capture", "ab"], "Name one file, address or --capture"),
        (["--capture", "../../secret"], "names no capture"),
        (["--capture", "ab" * 32], "There is no archive here"),
        (["/missing.html"], "No such file"),
        (["http://127.0.0.1/"], "DATELINE_EGRESS_ALLOW can allow"),
        (["http://newsroom.invalid/"], "could not be resolved"),
        (["http://"], "names no host"),
    ],
)
def test_a_page_that_cannot_be_had_is_one_sentence(dateline, page, part):
    assert dateline("parse", *page).refuses(part)


def test_an_address_where_nobody_answers_is_one_sentence(dateline, installation):
    installation(egress_allow="127.0.0.0/8")
    assert dateline("parse", f"http://127.0.0.1:{free_port()}/").refuses("could not be fetched")
