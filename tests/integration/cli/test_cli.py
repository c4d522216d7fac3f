"""`dateline …` as an operator meets it: what it says, where, and with which exit status.

What the user can mend is one sentence on standard error and status 2; a check that fails is status 1. An exception
that escapes would fail these tests, so a traceback is never shown.
"""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from services.demo.samples import SAMPLES
from services.runtime import database
from services.runtime.redis_server import free_port
from services.runtime.settings import runtime_settings
from tests.support.harbor import RELEASE, drain

pytestmark = pytest.mark.integration

DUMP = SAMPLES / "raqqa-mosul-2016.txt"
SEEDS = """
[[source]]
name = "harbor"
channels = [{ kind = "feed", url = "https://harbor.example/feed.xml" }]
"""


def damage(statement):
    with database.transaction() as session:
        assert session.execute(text(statement)).rowcount == 1


def write(folder: Path, name: str, words: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(words if isinstance(words, bytes) else words.encode())
    return path


# Nothing here


@pytest.mark.parametrize(
    "words", [("sources",), ("articles", "storm"), ("audit",), ("webhooks", "add", "https://x.example/"), ("sweep",)]
)
def test_a_command_where_no_installation_is_says_so_and_makes_none(installation, dateline, tmp_path, words):
    """A command in the wrong folder left a second installation behind, and said that there are no sources."""
    installation(state=str(tmp_path / "elsewhere"))
    assert dateline(*words).refuses("There is no Dateline here: ")
    assert list(tmp_path.iterdir()) == []


# Keys


def test_a_key_is_shown_once_works_and_ends(migrated, dateline):
    """The key alone is on standard output, to be piped."""
    made = dateline("keys", "create", "newsdesk", "--scope", "read", "--scope", "subscribe")
    assert (made.status, made.out.startswith("dl_1_")) == (0, True)
    listed = dateline("keys", "list")
    assert "newsdesk" in listed.out
    assert "read, subscribe" in listed.out
    assert made.out.split("_")[2].strip() not in listed.out
    assert dateline("keys", "revoke", 1).out == "Key 1 is revoked.\n"
    assert "revoked or expired" in dateline("keys", "list").out
    assert dateline("keys", "revoke", 1).out == "Key 1 is revoked.\n"
    assert dateline("keys", "revoke", 2).refuses("no usable key 2")


def test_an_unknown_scope_is_refused(on_sqlite, dateline):
    assert dateline("keys", "create", "x", "--scope", "root").refuses("read, subscribe, sources, admin")


# Sources


def test_sources_are_loaded_paused_and_resumed(migrated, dateline, tmp_path):
    loaded = dateline("sources", "--load", write(tmp_path, "seeds.toml", SEEDS))
    assert loaded.status == 0
    assert "https://harbor.example/feed.xml" in loaded.out
    assert "not yet" in loaded.out
    assert dateline("sources", "pause", "harbor").out == "harbor is paused.\n"
    assert "paused" in dateline("sources").out
    assert dateline("poll", "harbor").refuses("'harbor' is paused; resume it first")
    assert dateline("sources", "resume", "harbor").out == "harbor is watched again.\n"
    assert "paused" not in dateline("sources").out
    assert dateline("poll", "harbor").out == "1 channel is due now.\n"


def test_without_sources_the_way_to_some_is_shown(on_sqlite, dateline):
    assert "`dateline sources --defaults` brings" in dateline("sources").err


def test_the_sources_that_come_along_are_loaded_without_a_file(migrated, dateline):
    """An installation from a wheel has no file to point at."""
    loaded = dateline("sources", "--defaults")
    assert loaded.status == 0
    assert "war-news" in loaded.out


@pytest.mark.parametrize("arguments", [["poll"], ["sources", "pause"], ["sources"], ["coverage"]])
def test_an_unknown_source_is_named_with_those_there_are(on_sqlite, dateline, arguments):
    assert dateline(*arguments, "nowhere").refuses("There is no source 'nowhere'; known are: none yet.")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("[[source", "is not valid TOML"),
        ("", "names no sources"),
        (SEEDS.replace("feed.xml", "a b").replace("https", "gopher"), "must begin with http:// or https://"),
        (b"\xff\xfe", "is not valid TOML"),
        (SEEDS.replace("name", "nmae"), "seeds.toml, line 2: "),
    ],
)
def test_sources_that_cannot_be_read_are_refused_whole(on_sqlite, dateline, tmp_path, words, part):
    assert dateline("sources", "--load", write(tmp_path, "seeds.toml", words)).refuses(part)


# Imports


def test_pages_and_dumps_are_imported_once_and_read(migrated, dateline, tmp_path):
    page = write(tmp_path, "harbor.html", RELEASE)
    took = dateline("import", page, DUMP)
    assert (took.status, took.out.count("1 of 1 page is new and on the way.")) == (0, 2)
    drain()
    assert dateline("import", page, DUMP).out.count("0 of 1 page is new") == 2
    report = dateline("audit")
    assert (report.status, " ".join(report.out.split()).count(" articles 2 ")) == (0, 1), report


def test_bad_files_are_refused_by_name_and_the_good_ones_taken(on_sqlite, dateline, tmp_path):
    """Each reason is one line; the last line and the status tell that something was refused."""
    bad = {
        "empty.html": (b"", "It is empty."),
        "picture.html": (b"\xff\xd8\xff\xe0" + bytes(99), "It is a picture, not a page."),
        "binary.html": (bytes(range(256)), "It is a binary file, not a page."),
        "cut.warc.gz": (b"\x1f\x8b\x08\x00", "not a page."),
    }
    files = [write(tmp_path, name, words) for name, (words, _) in bad.items()]
    took = dateline("import", *files, tmp_path / "missing.html", tmp_path, write(tmp_path, "good.html", RELEASE))
    assert took.status == 2
    assert took.out == f"{tmp_path}/good.html: 1 of 1 page is new and on the way.\n"
    reasons = took.err.splitlines()
    for (name, (_, reason)), line in zip(bad.items(), reasons, strict=False):
        assert (name in line, reason in line) == (True, True), line
    assert reasons[-3].endswith("missing.html cannot be read: No such file or directory.")
    assert reasons[-2].endswith("cannot be read: Is a directory.")
    assert reasons[-1] == "dateline: 6 of 7 files were refused, for the reasons above."


def test_an_address_belongs_to_one_page(on_sqlite, dateline, tmp_path):
    page = write(tmp_path, "good.html", RELEASE)
    assert dateline("import", page, page, "--url", "https://harbor.example/1").refuses("one file at a time")
    assert "must begin with http" in dateline("import", page, "--url", "harbor").err


# The audit


def test_a_sound_installation_passes(migrated, dateline, tmp_path):
    dateline("import", write(tmp_path, "harbor.html", RELEASE))
    drain()
    report = dateline("audit")
    assert (report.status, "FAIL" in report.out) == (0, False)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "UPDATE pages SET source = 'harbor', channel = 1, url = 'https://harbor.example/1'",
            "the first is https://harbor.example/1",
        ),
        ("DELETE FROM verdicts", "1 captures were neither stored nor rejected"),
        (
            "UPDATE verdicts SET article = 'art_other'",
            "1 pages are said to have given an article that",
        ),
        ("UPDATE pages SET fetched_at = '2099-01-01 00:00:00.000000'", "1 captures were neither stored nor rejected"),
        ("DELETE FROM revisions", "1 articles lack their current revision"),
        ("DELETE FROM events", "1 articles do not have exactly one event of their creation"),
        ("UPDATE events SET type = 'article.updated'", "1 articles do not have exactly one event of their creation"),
        ("UPDATE event_counter SET last = 2", "the last number given is 2"),
        ("UPDATE events SET announced = 1", "1 events were to be announced"),
    ],
)
def test_damage_is_found_and_named(on_sqlite, dateline, tmp_path, statement, reason):
    """Status 1, and the reason in the line that fails."""
    dateline("import", write(tmp_path, "harbor.html", RELEASE))
    drain()
    damage(statement)
    assert any(reason in line for line in failures(dateline)), dateline("audit").out


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DELETE FROM ledger", "1 channels have no message in the ledger"),
        ("UPDATE ledger SET due_at = '2026-01-01 00:00:00.000000'", "nothing overdue: "),
        (
            "UPDATE ledger SET lease_until = '2099-01-01 00:00:00.000000', lease_owner = 'x'",
            "1 messages are held for longer",
        ),
        ("UPDATE ledger SET kind = 'Renamed'", "1 messages are of a kind that this version does not know"),
    ],
)
def test_a_message_that_nobody_will_handle_is_found(on_sqlite, dateline, tmp_path, statement, reason):
    """Lost, overdue, held for ever, or in words that nobody speaks any more."""
    dateline("sources", "--load", write(tmp_path, "seeds.toml", SEEDS))
    assert failures(dateline) == []
    damage(statement)
    assert any(reason in line for line in failures(dateline)), dateline("audit").out


def failures(dateline):
    """The checks that fail; the status says whether any did."""
    report = dateline("audit")
    failed = [line for line in report.out.splitlines() if line.startswith("FAIL")]
    assert report.status == bool(failed), report
    return failed


def test_programs_read_the_same_account(on_sqlite, dateline, tmp_path):
    """Sources, counts, checks, and whether all of them hold."""
    dateline("import", write(tmp_path, "harbor.html", RELEASE))
    drain()
    report = dateline("audit", "--json")
    told = json.loads(report.out)
    assert (report.status, told["holds"], told["counts"]["articles"]) == (0, True, 1)
    assert [(row["source"], row["pages"], row["at_rest"]) for row in told["sources"]] == [("import", 1, 1)]
    assert all(check["holds"] for check in told["checks"])
    damage("DELETE FROM events")
    report = dateline("audit", "--json")
    assert (report.status, json.loads(report.out)["holds"]) == (1, False)


def test_what_was_discarded_is_accounted_for(on_sqlite, dateline, tmp_path):
    """Its page was given up on by a person, and is not lost."""
    dateline("import", write(tmp_path, "harbor.html", RELEASE))
    damage("UPDATE ledger SET dead_lettered_at = due_at, reason = 'a defect'")
    [message] = json.loads(dateline("dead-letters", "list", "--json").out)["messages"]
    assert dateline("dead-letters", "discard", message["id"], "--reason", "no use").status == 0
    assert failures(dateline) == []
    assert json.loads(dateline("audit", "--json").out)["counts"]["messages discarded"] == 1


def test_a_deep_audit_reads_every_capture(migrated, dateline, tmp_path):
    """A changed byte and a lost file are found, and named by the capture."""
    dateline("import", write(tmp_path, "harbor.html", RELEASE), DUMP)
    drain()
    assert dateline("audit", "--deep").status == 0
    lost, changed = sorted(runtime_settings().captures.rglob("*.warc.gz"))
    lost.unlink()
    changed.write_bytes(changed.read_bytes()[:-1])
    report = dateline("audit", "--deep")
    assert (report.status, dateline("audit").status) == (1, 0)
    assert "1 missing" in report.out
    assert "1 damaged" in report.out
    assert lost.name.removesuffix(".warc.gz") in report.out


def test_a_deep_audit_reads_the_body_of_every_event(on_sqlite, dateline, tmp_path):
    """The bytes of an event are frozen: one that cannot be read, or is another's, is found before it is sent again."""
    dateline("import", write(tmp_path, "harbor.html", RELEASE))
    drain()
    assert dateline("audit", "--deep").status == 0
    for statement in ("UPDATE events SET type = 'article.updated'", "UPDATE events SET body = x'00'"):
        damage(statement)
        assert "1 events have a body that cannot be read, or that is another event's" in dateline("audit", "--deep").out


def test_a_deep_audit_needs_the_archive(on_sqlite, dateline, installation, tmp_path):
    """Where it cannot be seen, nothing is known of it."""
    dateline("import", write(tmp_path, "harbor.html", RELEASE))
    installation(archive=str(tmp_path / "elsewhere"))
    assert dateline("audit", "--deep").refuses("run this where the captures are")


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
    asked = ['{"path": "%s", "url": "https://harbor.example/1"}' % page, '{"path": "/missing"}', "{", "7"]  # noqa: UP031 - braces
    answered = dateline("parse", "--batch", stdin="\n".join(asked))
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


@pytest.mark.parametrize("words", ["", "<html><title>404</title><h1>Page not found</h1></html>", bytes(range(256))])
def test_what_is_no_article_is_told_with_status_1(dateline, tmp_path, words):
    told = dateline("parse", write(tmp_path, "page.html", words))
    assert (told.status, told.out, told.err.count("\n")) == (1, "", 1)
    assert told.err.startswith("No article: ")


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


# What is misunderstood, and what is missing


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["fly"], "No such command 'fly'; `dateline --help` tells more."),
        (["poll"], "Missing argument"),
        (["audit", "--deeper"], "No such option"),
        (["reingest", "rewrite", "--reason", "x", "--all"], "No such command 'rewrite'"),
        (["web", "--port", "99999"], "Invalid value for '--port'"),
        (["keys", "revoke", "first"], "Invalid value for 'key_id'"),
    ],
)
def test_what_is_misspelt_is_named(dateline, arguments, part):
    assert dateline(*arguments).refuses(part)


@pytest.mark.parametrize("arguments", [["audit"], ["keys", "list"], ["sources"], ["poll", "x"]])
def test_a_database_without_tables_is_one_sentence(installation, dateline, arguments):
    database.make_file()
    assert dateline(*arguments).refuses("migrate")


def test_a_database_that_is_away_is_one_sentence_without_its_password(dateline, installation):
    installation(database_url=f"postgresql://u:canary@127.0.0.1:{free_port()}/news")
    told = dateline("audit")
    assert told.refuses("Is it there, and migrated?")
    assert "canary" not in told.err


@pytest.mark.parametrize(
    ("name", "value"),
    [("log_format", "xml"), ("fetcher_pace", "fast"), ("egress_allow", "here"), ("redis_url", "amqp://u:canary@q")],
)
def test_a_wrong_setting_is_named_before_anything_starts(dateline, installation, name, value):
    """Never its value: it may hold a password."""
    installation(redis_url="redis://127.0.0.1:1/0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"DATELINE_{name.upper()}", value)
        runtime_settings.cache_clear()
        told = dateline("worker", "fetcher")
    assert told.refuses(f"DATELINE_{name.upper()} cannot be used")
    assert "canary" not in told.err


def test_the_fetcher_and_the_parser_share_no_worker(dateline, installation):
    """One works in threads, the other in processes that it forks."""
    installation(redis_url="redis://127.0.0.1:9/0")
    assert dateline("worker", "fetcher", "parser").refuses("give each a worker of its own")


def test_a_worker_needs_a_redis_and_a_service_that_exists(dateline):
    assert dateline("worker", "fetcher").refuses("set DATELINE_REDIS_URL, or use `dateline up`")
    assert dateline("worker", "printer").refuses(
        "There is no service 'printer'; the services are fetcher, store, parser"
    )


def test_migrating_makes_a_first_key_and_only_one(installation, database_url, dateline):
    installation(database_url=database_url)
    assert dateline("migrate").out.startswith("Your admin key, shown this once: dl_1_")
    assert dateline("migrate").out == ""


def test_migrating_without_a_key_leaves_none_in_a_log(on_sqlite, dateline, installation, tmp_path):
    """The log of a container keeps what it was told; the next upgrade takes the container, and the key, away."""
    installation(state=str(tmp_path / "new"))
    assert dateline("migrate", "--no-key").out.startswith("There is no key yet; `dateline keys create NAME")
    dateline("keys", "create", "me", "--scope", "admin")
    assert dateline("migrate", "--no-key").out == ""
