"""`dateline articles` and `dateline events`: the store, read from the terminal."""

import json
import os
import re
import signal
import subprocess
import sys
import threading

import pytest
from sqlalchemy import text

from services.runtime.database import transaction
from services.runtime.settings import runtime_settings
from tests.support.harbor import RELEASE, arrives

pytestmark = pytest.mark.integration

CORRECTED = RELEASE.replace("at dawn on Monday", "at noon on Monday").replace(">Harbor Reopens<", ">Harbor Open Again<")
OTHER = RELEASE.replace("Harbor", "Airfield").replace("2026-01-12", "2026-02-01")


@pytest.fixture
def harbor(migrated):
    """An article with two wordings, and a second article."""
    article = arrives()
    arrives(CORRECTED)
    arrives(OTHER, 2)
    return article


def test_articles_are_listed_and_searched(harbor, dateline):
    """The latest published first; each condition narrows the list, as people and as programs read it."""
    lines = dateline("articles").out.splitlines()
    assert [line.split()[0] for line in lines[:1] + lines[2:]] == ["id", harbor]
    assert "Airfield Reopens" in lines[1]
    by_fields = ["list", "title:harbor", "before:2026-02", "kind:news"]
    for entry in (["open", "again"], ["--until", "2026-02-01"], ["list", "open", "--kind", "news"], by_fields):
        body = json.loads(dateline("articles", *entry, "--json").out)
        assert ([article["id"] for article in body["articles"]], body["next"]) == ([harbor], None)
    around = dateline("articles", "list", "ferries", "--until", "2026-02-01").out.splitlines()
    assert ("Ferries to the islands" in around[1], around[1].count("…")) == (True, 2)
    assert "There is no field sorce:" in dateline("articles", "list", "sorce:war").err
    first = dateline("articles", "--limit", 1)
    assert (first.out.count("art_"), "There are more" in first.err) == (1, True)


def test_a_list_goes_on_where_the_page_before_ended(harbor, dateline):
    """By the API's own cursor: `next` leads on, and is null on the last page; one of another list is refused."""
    first = json.loads(dateline("articles", "--limit", 1, "--json").out)
    second = json.loads(dateline("articles", "--limit", 1, "--after", first["next"], "--json").out)
    assert ([article["id"] for article in second["articles"]], second["next"]) == ([harbor], None)
    wordings = json.loads(dateline("articles", "history", harbor, "--limit", 1, "--json").out)
    older = json.loads(dateline("articles", "history", harbor, "--after", wordings["next"], "--json").out)
    assert ([article["number"] for article in older["revisions"]], older["next"]) == ([1], None)
    foreign = dateline("pages", "--after", first["next"])
    assert (foreign.status, "Take `next` from the page before" in foreign.err) == (2, True)


@pytest.mark.parametrize("asked", [["zeppelin"], ["--since", "2026-03-01T08:00Z"], ["--tag", "nothing"]])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_finding_nothing_is_status_1(harbor, dateline, asked):
    """So that a script can tell; a program still gets its document."""
    assert dateline("articles", *asked).status == 1
    output = dateline("articles", *asked, "--json")
    assert (output.status, json.loads(output.out)) == (1, {"articles": [], "next": None})


def test_articles_that_were_corrected_are_listed(harbor, dateline):
    listed = json.loads(dateline("articles", "--min-grade", "facts", "--json").out)["articles"]
    assert [entry["id"] for entry in listed] == [harbor]
    assert dateline("articles", "--min-grade", "removal").status == 1


def test_an_article_is_read_as_it_stands_and_as_it_stood(harbor, dateline):
    shown = dateline("articles", "show", harbor).out
    assert shown.startswith("Harbor Open Again\nnews · 2026-01-12\n\nThe harbor reopened at noon")
    assert re.search(r"^revision +2$", shown, re.MULTILINE)
    stood = dateline("articles", "show", harbor, "--revision", 1).out
    assert re.search(r"^revision +1; the current one is 2$", stood, re.MULTILINE)
    assert dateline("articles", "show", harbor, "--revision", 1).out.startswith("Harbor Reopens\n")
    assert json.loads(dateline("articles", "show", harbor, "--json").out)["headline"] == "Harbor Open Again"
    before = json.loads(dateline("articles", "show", harbor, "--revision", 1, "--json").out)
    assert (before["number"], before["current"], before["article"]["headline"]) == (1, False, "Harbor Reopens")


def test_history_shows_the_words_that_changed(harbor, dateline):
    """Without colours, as `git` marks words; paragraphs that stayed are counted."""
    lines = dateline("articles", "history", harbor).out.splitlines()
    assert re.match(r"revision 2, current: captured \S+ \d\d:\d\d:\d\dZ, .*, facts \(headline", lines[0])
    assert lines[1] == "  headline: Harbor Reopens → Harbor Open Again"
    assert "The harbor reopened at [-dawn-]{+noon+} on Monday" in lines[2]
    assert lines[3] == "  … 2 paragraphs as before …"
    revisions = json.loads(dateline("articles", "history", harbor, "--json").out)["revisions"]
    assert [(entry["number"], entry["against"], entry["changed"]) for entry in revisions] == [
        (2, 1, ["headline", "body"]),
        (1, None, []),
    ]
    assert {"fate": "new", "text": "noon"} in revisions[0]["paragraphs"][0]


def test_explain_shows_each_line_of_the_page_with_its_rule(harbor, dateline):
    """From the capture of the wording that is asked for; nothing is fetched."""
    assert "headline  Harbor Open Again" in dateline("articles", "explain", harbor).out
    body = json.loads(dateline("articles", "explain", harbor, "--revision", 1, "--json").out)
    assert ("field", "headline", "Harbor Reopens") in [
        (line["state"], line["field"], line["text"]) for line in body["lines"]
    ]
    assert body["reading"]["headline"] == "Harbor Reopens"


def test_what_is_not_there_is_one_sentence(harbor, dateline):
    for command in ("show", "history", "explain"):
        assert dateline("articles", command, "art_none").refuses("`dateline articles` lists those there are")
    assert dateline("articles", "show", harbor, "--revision", 9).refuses("no revision 9; `dateline articles history")
    for capture in runtime_settings().captures.rglob("*.warc.gz"):
        capture.unlink()
    assert dateline("articles", "explain", harbor).refuses("is not in the archive")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_headline_that_commands_terminals_is_only_shown(harbor, dateline):
    """Whatever way it came into the database."""
    with transaction() as session:
        changed = session.execute(text("UPDATE articles SET headline = :words"), {"words": "Raid\x1b[2J[/bold]"})
        assert changed.rowcount == 2
    assert dateline("articles").out.count("Raid<U+001B>[2J[/bold]") == 2


def test_events_come_in_their_order(harbor, dateline):
    """As `GET /events` tells them; `--after` goes on from where one stopped."""
    lines = dateline("events").out.splitlines()
    assert [line.split()[0] for line in lines] == ["number", "1", "2", "3"]
    assert lines[2].endswith("Harbor Open Again (headline, body changed)")
    assert lines[2].split("  ")[-2:] == ["facts", "Harbor Open Again (headline, body changed)"]
    body = json.loads(dateline("events", "--type", "article.updated", "--json").out)
    assert [(event["sequence"], event["cause"], event["type"]) for event in body["events"]] == [
        (2, "import", "article.updated")
    ]
    assert dateline("events", "--limit", 1).err == "There are more: add --after 1.\n"
    assert dateline("events", "--after", 3).status == 1
    assert json.loads(dateline("events", "--after", 3, "--json").out) == {"events": [], "next": 3}


def test_events_are_followed_until_somebody_has_seen_enough(on_sqlite):
    """A line of JSON for each, at once; Ctrl-C ends it with status 0 and without a word."""
    command = [sys.executable, "-m", "services.cli", "events", "--follow", "--after", "0", "--json"]
    with subprocess.Popen(
        command, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as following:
        too_long = threading.Timer(90, following.kill)
        too_long.start()
        try:
            for fields, answer in ((RELEASE, "article.created"), (CORRECTED, "article.updated")):
                arrives(fields)
                assert json.loads(following.stdout.readline())["type"] == answer
            following.send_signal(signal.SIGINT)
            out, err = following.communicate()
        finally:
            too_long.cancel()
            following.kill()
    assert (following.returncode, out, err) == (0, "", "")
