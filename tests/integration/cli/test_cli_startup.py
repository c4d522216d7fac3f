"""What stops a start with one sentence: settings that nothing reads, keys that are none, a database of another age."""

import pytest
from sqlalchemy import text

from services.cli.processes import schema, startup
from services.cli.processes.startup import refuse_other_schema, refuse_unknown_settings
from services.contracts.errors import UserError
from services.runtime import database

pytestmark = pytest.mark.integration

PROCESSES = [("web",), ("worker", "store"), ("sweep",)]
COMMANDS = [("audit",), ("sources",), ("import", "page.html"), ("keys", "reseal"), ("archive", "pack"), ("backup", "b")]


@pytest.mark.parametrize("process", [*PROCESSES, ("migrate",)], ids=" ".join)
def test_a_setting_that_nothing_reads_stops_the_start(on_sqlite, dateline, installation, monkeypatch, process):
    """It was passed over in silence; the nearest one is named."""
    installation(redis_url="redis://127.0.0.1:1/0")
    monkeypatch.setenv("DATELINE_FETCHER_PACES", "10")
    assert dateline(*process).refuses(
        "There is no setting DATELINE_FETCHER_PACES; the nearest is DATELINE_FETCHER_PACE."
    )


def test_a_misspelt_state_folder_is_told_before_what_is_not_there(installation, dateline, monkeypatch):
    """`There is no Dateline here` led whoever had named another folder astray."""
    monkeypatch.setenv("DATELINE_STAET", "/srv/news")
    assert dateline("sources").refuses("There is no setting DATELINE_STAET; the nearest is DATELINE_STATE.")


def test_no_key_is_made_where_no_installation_is(installation, dateline, tmp_path):
    """`keys reseal --new-key` in a wrong folder made a key file there."""
    assert dateline("keys", "reseal", "--new-key").refuses("There is no Dateline here")
    assert list(tmp_path.rglob("secret.key*")) == []


def test_settings_that_exist_and_those_of_others_are_let_through():
    """Compose and the examples have variables of their own."""
    refuse_unknown_settings(["DATELINE_STATE", "DATELINE_SECRET_KEY", "DATELINE_PUBLISH", "HOME", "XDATELINE_X"])


@pytest.mark.parametrize("key", ["hunter2", "a" * 43, "x" * 44 + "," + "é"])
def test_a_malformed_key_stops_the_start_and_is_not_repeated(on_sqlite, dateline, installation, key):
    """It failed at the first endpoint."""
    installation(redis_url="redis://127.0.0.1:1/0", secret_key=key)
    output = dateline("worker", "store")
    assert output.refuses("DATELINE_SECRET_KEY cannot be used")
    assert key not in output.err


@pytest.mark.parametrize("process", [*PROCESSES, *COMMANDS, ("migrate",)], ids=" ".join)
def test_a_database_of_a_newer_version_is_refused(on_sqlite, dateline, installation, process):
    """`up` showed 60 lines of traceback, and `audit` said that all was well."""
    installation(redis_url="redis://127.0.0.1:1/0")
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    assert dateline(*process).refuses("The database was migrated by a newer Dateline (to r9999;")


@pytest.mark.parametrize("number", ["0023", "r0019"])
@pytest.mark.parametrize("process", [*PROCESSES, ("audit",), ("migrate",)], ids=" ".join)
def test_a_database_of_a_history_before_the_first_release_is_refused(
    on_sqlite, dateline, installation, process, number
):
    """No migration continues it."""
    installation(redis_url="redis://127.0.0.1:1/0")
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :number").bindparams(number=number))
    assert dateline(*process).refuses(
        f"The database was made by a development version from before 0.1.0 (it is at {number})"
    )


@pytest.mark.parametrize("process", [*PROCESSES, ("audit",)], ids=" ".join)
def test_a_database_that_is_not_migrated_is_refused(installation, dateline, process, tmp_path, monkeypatch):
    """With what to do."""
    installation(redis_url="redis://127.0.0.1:1/0")
    database.make_file()
    assert dateline(*process).refuses("The database has no tables yet")
    schema.upgrade()
    present = int(startup.newest_version().removeprefix("r"))
    for number in (present, present + 1):
        (tmp_path / f"{number:04}_a_step.py").touch()
    monkeypatch.setattr(startup, "VERSIONS", tmp_path)
    sentence = (
        f"The database is at r{present:04}, and this version needs r{present + 1:04}: run `dateline migrate` first."
    )
    assert dateline(*process).refuses(sentence)


def test_the_age_of_the_database_is_seen_on_both(migrated):
    """Of the present age, it is let through; PostgreSQL tells it as SQLite does."""
    refuse_other_schema()
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    with pytest.raises(UserError, match="newer"):
        refuse_other_schema(older=False)
