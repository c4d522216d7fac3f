"""Which installation the commands ask: the one on this machine, or by `--server` another."""

from dataclasses import dataclass

from services.contracts.errors import UserError


@dataclass(frozen=True)
class RemoteServer:
    """Another installation, and the key to it."""

    url: str
    key: str


_chosen: RemoteServer | None = None


def choose(url: str | None, key: str | None) -> None:
    """Asks the installation at this address from now on; the one on this machine where there is none."""
    global _chosen  # noqa: PLW0603 - one command line for the process
    if url and not url.startswith(("http://", "https://")):
        raise UserError(f"{url!r} is no address of a server: it begins with http:// or https://.")
    if url and not key:
        raise UserError("Give --key, or set DATELINE_KEY, for the server that you name.")
    _chosen = RemoteServer(url.rstrip("/"), key or "") if url else None


def server() -> RemoteServer | None:
    """The other installation; None for the one on this machine."""
    return _chosen


def refuse(what: str) -> None:
    """A `UserError` where another installation was named, for what can only be done on this machine."""
    if _chosen:
        raise UserError(f"{what} is about this machine only: leave --server and DATELINE_SERVER out.")
