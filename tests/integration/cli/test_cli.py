"""`dateline …` as an operator meets it: what it says, where, and with which exit status.

What the user can mend is one sentence on standard error and status 2; a check that fails is status 1. An exception
that escapes would fail these tests, so a traceback is never shown.
"""

import pytest
import structlog

from services.runtime import database
from services.runtime.redis_server import free_port
from services.runtime.settings import runtime_settings
from tests.support.cli_files import DUMP, SEEDS, write
from tests.support.harbor import RELEASE, drain

pytestmark = pytest.mark.integration


# Nothing here


@pytest.mark.parametrize(
    "text", [("sources",), ("articles", "storm"), ("audit",), ("webhooks", "add", "https://x.example/"), ("sweep",)]
)
def test_a_command_where_no_installation_is_says_so_and_makes_none(installation, dateline, tmp_path, text):
    """A command in the wrong folder left a second installation behind, and said that there are no sources."""
    installation(state=str(tmp_path / "elsewhere"))
    assert dateline(*text).refuses("There is no Dateline here: ")
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
    assert dateline("keys", "create", "x", "--scope", "root").refuses("read, subscribe, sources, log, operate, admin")


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


@pytest.mark.parametrize("command", ["gaps", "backfill", "articles --source", "pages --source", "events --source"])
def test_a_list_of_an_unknown_source_names_it(on_sqlite, dateline, command):
    """`dateline gaps nvay` said that nothing was missing."""
    assert dateline(*command.split(), "nvay").refuses("There is no source 'nvay'; `dateline sources` lists")


def test_what_a_command_logs_is_no_part_of_its_output(on_sqlite, dateline, capsys):
    """It stood on standard output, in front of the document for programs."""
    assert dateline("sources", "--json").status == 0
    structlog.get_logger().warning("something")
    logged = capsys.readouterr()
    assert (logged.out, "something" in logged.err) == ("", True)


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
    ("text", "part"),
    [
        ("[[source", "is not valid TOML"),
        ("", "names no sources"),
        (SEEDS.replace("feed.xml", "a b").replace("https", "gopher"), "must begin with http:// or https://"),
        (b"\xff\xfe", "is not valid TOML"),
        (SEEDS.replace("name", "nmae"), "seeds.toml, line 2: "),
    ],
)
def test_sources_that_cannot_be_read_are_refused_whole(on_sqlite, dateline, tmp_path, text, part):
    assert dateline("sources", "--load", write(tmp_path, "seeds.toml", text)).refuses(part)


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
    files = [write(tmp_path, name, text) for name, (text, _) in bad.items()]
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
    for command in ("audit", "sources"):
        output = dateline(command)
        assert output.refuses("Is it there, and migrated?")
        assert "canary" not in output.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("log_format", "xml"),
        ("fetcher_pace", "fast"),
        ("egress_allow", "here"),
        ("redis_url", "amqp://u:canary@q"),
        ("database_url", "mysql://u:canary@q"),
        ("database_url", "canary"),
    ],
)
def test_a_wrong_setting_is_named_before_anything_starts(dateline, installation, name, value):
    """Never its value: it may hold a password."""
    installation(redis_url="redis://127.0.0.1:1/0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"DATELINE_{name.upper()}", value)
        runtime_settings.cache_clear()
        output = dateline("worker", "fetcher")
    assert output.refuses(f"DATELINE_{name.upper()} cannot be used")
    assert "canary" not in output.err


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
    assert dateline("migrate").out == "The database is up to date.\n"


def test_migrating_without_a_key_leaves_none_in_a_log(on_sqlite, dateline, installation, tmp_path):
    """The log of a container keeps what it was told; the next upgrade takes the container, and the key, away."""
    installation(state=str(tmp_path / "new"))
    assert dateline("migrate", "--no-key").out.startswith("There is no key yet; `dateline keys create NAME")
    dateline("keys", "create", "me", "--scope", "admin")
    assert dateline("migrate", "--no-key").out == "The database is up to date.\n"
