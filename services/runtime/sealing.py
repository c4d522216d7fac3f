"""The secrets of endpoints, and those that sign the log, rest encrypted: a copy of the database alone signs nothing.

There may be several keys, in DATELINE_SECRET_KEY or in the key file: the first one seals, each of them unseals. So a
key is replaced without a moment in which a process cannot read what another has sealed.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from services.contracts.errors import HouseTrouble, UserError
from services.runtime.settings import runtime_settings

FILE = "secret.key"


class BadKey(UserError):  # noqa: N818 - named for what happened
    """One of the installation's keys is not one."""


class UnreadableSecret(HouseTrouble):
    """A secret was sealed with another key than those this process has."""


def seal(secret: SecretStr) -> str:
    """The secret as it may be written down."""
    return _keys().encrypt(secret.get_secret_value().encode()).decode()


def unseal(sealed: str) -> SecretStr:
    """The secret again; `Unreadable` when none of our keys sealed it."""
    with _refusal():
        return SecretStr(_keys().decrypt(sealed.encode()).decode())


def resealed(sealed: str) -> str:
    """The same secret, sealed with the first key; `Unreadable` when none of our keys sealed it."""
    with _refusal():
        return _keys().rotate(sealed.encode()).decode()


def is_lost(sealed: str) -> bool:
    """Whether none of our keys opens this; makes no key."""
    if not has_key():
        return True
    try:
        unseal(sealed)
    except UnreadableSecret:
        return True
    return False


def has_key() -> bool:
    """Whether there is a key already: whoever only looks must not make one."""
    return bool(runtime_settings().secret_key.get_secret_value()) or (runtime_settings().state / FILE).exists()


def new_first_key(folder: Path) -> None:
    """Puts a fresh key in front of those in this folder's key file."""
    draft = _draft(folder / FILE, Fernet.generate_key() + b"\n" + key_in(folder) + b"\n")
    draft.replace(folder / FILE)


def key_in(folder: Path) -> bytes:
    """The keys kept in this folder, a line each; the first is made at the first call. Only the owner may read them."""
    path = folder / FILE
    if not path.exists():
        _keep(path, Fernet.generate_key())
    return path.read_bytes().strip()


@contextmanager
def _refusal() -> Iterator[None]:
    try:
        yield
    except InvalidToken:
        raise UnreadableSecret(
            "This process cannot read what was sealed: another key sealed it. "
            "Give every process the same DATELINE_SECRET_KEY, or the same secret.key in its state folder."
        ) from None


def _keys() -> MultiFernet:
    secret_value = runtime_settings().secret_key.get_secret_value()
    return _made(secret_value or key_in(runtime_settings().state).decode())


@cache
def _made(keys: str) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys.replace(",", " ").split()])
    except ValueError:
        raise BadKey(
            "A key that seals must be 32 bytes in URL-safe base64, and several stand with a comma between; "
            "`openssl rand -base64 32 | tr '+/' '-_'` makes one."
        ) from None


def _keep(path: Path, key: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path, key)
    try:
        # A link appears whole or not at all, and never over another process's key.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft
