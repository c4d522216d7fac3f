"""One history of migrations leads from an empty database of each kind to exactly the tables of the models, and back."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, inspect
from sqlmodel import SQLModel, select

import services
from services.cli.processes import schema, startup
from services.fetcher.models import Page
from services.fetcher.pages.parts import words
from services.runtime import database
from services.runtime.database import utcnow

pytestmark = pytest.mark.integration


@pytest.fixture
def empty(installation, database_url):
    """An installation on an empty database of each kind; the configuration of its migrations."""
    installation(database_url=database_url)
    return schema.configuration()


def differences():
    with database.engine().connect() as connection:
        opts = {"compare_type": True, "compare_server_default": has_another_default, "include_object": comparable}
        context = MigrationContext.configure(connection, opts=opts)
        return compare_metadata(context, SQLModel.metadata)


def has_another_default(_context, reflected, _column, has, _default, wanted):
    """As alembic compares; but PostgreSQL has no equality of JSON, so there the texts are compared."""
    if not isinstance(reflected.type, JSON):
        return None
    return (has or "").partition("::")[0].strip("'") != (wanted or "").strip("'")


def comparable(_thing, name, *_about):
    """Not the full-text indexes, which no model describes; the database itself is asked about it below."""
    return not (name or "").startswith(("article_words", "page_words"))


def tables():
    """Everything that the database itself tells of our tables."""
    result = inspect(database.engine())
    reflected = {
        name: {
            "columns": sorted(
                (get_column["name"], str(get_column["type"]), get_column["nullable"])
                for get_column in result.get_columns(name)
            ),
            "key": result.get_pk_constraint(name)["constrained_columns"],
            "unique": sorted(str(get_column["column_names"]) for get_column in result.get_unique_constraints(name)),
            "foreign": sorted(str(get_column["constrained_columns"]) for get_column in result.get_foreign_keys(name)),
            "indexes": sorted(map(index, result.get_indexes(name))),
        }
        for name in result.get_table_names()
    }
    return {name: about for name, about in reflected.items() if name != "alembic_version"}


def index(one):
    where = [str(option) for name, option in one.get("dialect_options", {}).items() if name.endswith("_where")]
    return str((one["name"], one["column_names"], bool(one["unique"]), where))


def test_an_upgraded_empty_database_has_exactly_the_tables_of_the_models(empty):
    """Neither more nor less, as Alembic sees it."""
    schema.upgrade()
    assert differences() == []


def test_what_is_migrated_is_what_the_models_would_make(empty):
    """As the database tells it: also types, keys and the conditions of partial indexes, which Alembic overlooks."""
    schema.upgrade()
    migrated = tables()
    command.downgrade(empty, "base")
    database.make_file()
    SQLModel.metadata.create_all(database.engine())
    assert migrated == tables()


def test_upgrading_again_changes_nothing_and_loses_nothing(empty):
    """Every start of `dateline up` upgrades; the key of the first start must still be there."""
    schema.upgrade()
    before, key = tables(), schema.first_key()
    schema.upgrade()
    assert (tables(), key is not None, schema.first_key()) == (before, True, None)


def test_the_way_back_leaves_nothing_behind(empty):
    """But Alembic's own table, which says that no migration is applied."""
    schema.upgrade()
    command.downgrade(empty, "base")
    assert inspect(database.engine()).get_table_names() == ["alembic_version"]


def test_a_model_without_a_migration_would_be_noticed(empty):
    """The comparison above is able to fail."""
    schema.upgrade()
    with database.transaction() as session:
        session.connection().exec_driver_sql("DROP TABLE page_aliases")
    assert [(kind, table.name) for kind, table in differences()] == [("add_table", "page_aliases")]


@pytest.mark.usefixtures("empty")
def test_machines_that_migrate_at_the_same_time_take_turns():
    """One makes the tables and the key, the others wait for it; they failed at tables that were there already."""
    migrate = partial(subprocess.run, [sys.executable, "-m", "services.cli", "migrate"], capture_output=True, text=True)
    with ThreadPoolExecutor(3) as machines:
        results = [entry.result() for entry in [machines.submit(migrate, check=False) for _ in range(3)]]
    assert [entry.returncode for entry in results] == [0, 0, 0], [entry.stderr for entry in results]
    waited = "The database is up to date.\n"
    assert sorted(entry.stdout.partition(":")[0] for entry in results) == [
        waited,
        waited,
        "Your admin key, shown this once",
    ]
    assert differences() == []


@pytest.mark.usefixtures("empty")
def test_whoever_waits_for_another_migration_is_told():
    """It stands still, and may for long: an operator must not think that it hangs."""
    database.make_file()
    answer, took = [], threading.Event()

    def second():
        with database.alone(lambda: answer.append("waits")):
            took.set()

    waiting = threading.Thread(target=second)
    with database.alone(lambda: answer.append("never")):
        waiting.start()
        assert not took.wait(0.5)
    waiting.join(10)
    assert (answer, took.is_set()) == (["waits"], True)


def test_migrations_know_every_table_also_where_nothing_else_is_loaded():
    """`alembic` compares with the models that the configuration loads: one that it misses would be dropped."""
    root = Path(services.__file__).parent
    with_tables = [path for path in root.rglob("*.py") if "table=True" in path.read_text()]
    names = [".".join(path.relative_to(root.parent).with_suffix("").parts) for path in with_tables]
    code = "import sys; from services.cli.processes import schema; schema.configuration(); "
    code += f"print(set({names}) - sys.modules.keys())"
    text = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert len(names) > 10
    assert text == "set()"


def test_a_migration_is_named_by_its_file():
    """The start compares these names with what the database says, and bare numbers are those of before 0.1.0."""
    script = ScriptDirectory.from_config(schema.configuration())
    by_name = {
        Path(walk_revision.path).name.partition("_")[0]: walk_revision.revision
        for walk_revision in script.walk_revisions()
    }
    assert {f"r{number}" for number in by_name} == set(by_name.values())
    assert script.get_current_head() == startup.newest_version()


def test_addresses_are_found_by_their_words_from_the_first_page_on(empty):
    """The index of the migration is that of the models: triggers keep it, on either database."""
    schema.upgrade()
    with database.transaction() as session:
        session.add(Page(key="k", url="https://harbor.example/storm-response", source="s", discovered_at=utcnow()))
    with database.transaction() as session:
        session.exec(select(Page)).one().url = "https://harbor.example/calm-sea"
    with database.reading() as session:
        by_name = {part: bool(_indexed(session, part)) for part in ("storm", "calm-s", "alm")}
    assert by_name == {"storm": False, "calm-s": True, "alm": False}


def _indexed(session, part):
    return session.execute(select(Page.id).where(words(session, part))).all()
