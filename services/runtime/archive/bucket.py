"""An archive in an S3-compatible store, when `DATELINE_ARCHIVE_STORE` names one: whole objects by key, nothing else.

Credentials, region and endpoint come from the variables of all such tools (`AWS_ACCESS_KEY_ID` and so on). Trouble with
the store is an OSError, as trouble with a disk is, so that the same gate shuts.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from services.contracts.errors import UserError
from services.runtime.settings import runtime_settings

PATIENCE = timedelta(seconds=20)
"""For one request with its retries; the gate is shut for so long at most before it is known why."""
AT_ONCE = 1_000
"""Keys that one request deletes."""


@dataclass(frozen=True)
class StoredObject:
    """An object of the store: its key, its size in bytes, and when it was written."""

    key: str
    size: int
    written: datetime


class Bucket:
    """The objects below the prefix of the address. `store` is one of obstore's."""

    def __init__(self, store: Any) -> None:
        import obstore  # noqa: PLC0415 - the extra `s3`; only an installation with a store needs it

        self._api, self._store, self._process = obstore, store, os.getpid()

    def read(self, key: str) -> bytes | None:
        """A whole object; None without one."""
        try:
            return bytes(self._ask("get", key).bytes())
        except FileNotFoundError:
            return None

    def read_range(self, key: str, offset: int, length: int) -> bytes | None:
        """So many bytes of an object; None without it."""
        try:
            return bytes(self._ask("get_range", key, start=offset, length=length))
        except FileNotFoundError:
            return None

    def chunks(self, key: str) -> Iterator[bytes]:
        """An object in pieces; FileNotFoundError without it."""
        for chunk in self._ask("get", key).stream():
            yield bytes(chunk)

    def size(self, key: str) -> int | None:
        """The size of an object in bytes; None without it."""
        try:
            return int(self._ask("head", key)["size"])
        except FileNotFoundError:
            return None

    def write(self, key: str, content: bytes | Path) -> None:
        """Writes an object, whole or not at all; a large file goes in parts."""
        self._ask("put", key, content)

    def create(self, key: str, content: bytes) -> bool:
        """Writes an object unless there is one: whether there was none."""
        try:
            self._ask("put", key, content, mode="create")
        except FileExistsError:
            return False
        return True

    def listed(self, prefix: str) -> Iterator[StoredObject]:
        """The objects whose keys begin with this folder."""
        for chunk in self._ask("list", prefix=prefix):
            yield from (StoredObject(row["path"], row["size"], row["last_modified"]) for row in chunk)

    def remove(self, keys: Sequence[str]) -> None:
        """Deletes objects; those that are not there are passed over."""
        for start in range(0, len(keys), AT_ONCE):
            self._ask("delete", list(keys[start : start + AT_ONCE]))

    def _ask(self, what: str, *arguments: Any, **options: Any) -> Any:
        if os.getpid() != self._process:
            # Its threads are those of the process that was forked, and would be waited for without end.
            raise RuntimeError("A process that was forked uses the object store of its parent.")
        try:
            return getattr(self._api, what)(self._store, *arguments, **options)
        except self._api.exceptions.AlreadyExistsError:
            raise FileExistsError(arguments[0]) from None
        except self._api.exceptions.BaseError as trouble:
            raise OSError(None, f"the object store refuses: {_first_line(trouble)}") from None


def bucket() -> Bucket | None:
    """The store of the settings, opened once in each process; None where the archive is a folder."""
    url = runtime_settings().archive_store
    return _opened(url, os.getpid()) if url else None


@cache
def _opened(url: str, _pid: int) -> Bucket:
    try:
        from obstore import store as stores  # noqa: PLC0415 - as above
    except ImportError:
        raise UserError(
            "DATELINE_ARCHIVE_STORE needs the package obstore: install Dateline with its extra `s3`."
        ) from None
    endpoint = os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or ""
    plain: dict[str, Any] = {"client_options": {"allow_http": True}} if endpoint.startswith("http://") else {}
    config: dict[str, Any] = {"config": {"endpoint": endpoint}} if endpoint else {}
    retry = {"max_retries": 3, "retry_timeout": PATIENCE}
    from_url: Any = stores.from_url
    return Bucket(from_url(url, retry_config=retry, **config, **plain))


def _first_line(trouble: Exception) -> str:
    # Without the address, which may name what the store is; the rest is for whoever reads the log.
    return str(trouble).split("\n", 1)[0].split("http", 1)[0].strip().rstrip(":")[:200] or type(trouble).__name__
