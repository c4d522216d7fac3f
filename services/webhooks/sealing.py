"""Endpoints' secrets rest encrypted, so that a copy of the database alone signs nothing."""

import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr

from services.contracts.errors import DatelineError, UserError
from services.runtime.settings import runtime_settings
from services.webhooks.settings import webhook_settings


class BadKey(UserError):  # noqa: N818 - named for what happened
    """The installation's key is not one."""


class Unreadable(DatelineError):  # noqa: N818 - named for what happened
    """A secret was sealed with another key than this process has."""


def seal(secret: SecretStr) -> str:
    """The secret as it may be written down."""
    return _fernet().encrypt(secret.get_secret_value().encode()).decode()


def unseal(sealed: str) -> SecretStr:
    """The secret again; `Unreadable` when another key sealed it."""
    try:
        return SecretStr(_fernet().decrypt(sealed.encode()).decode())
    except InvalidToken:
        raise Unreadable(
            "This process cannot read the endpoint's secret: another key sealed it. "
            "Give every process the same DATELINE_SECRET_KEY, or the same secret.key in its state folder."
        ) from None


def key_in(folder: Path) -> bytes:
    """The key kept in this folder, made at the first call; only its owner may read the file."""
    path = folder / "secret.key"
    if not path.exists():
        _keep(path, Fernet.generate_key())
    return path.read_bytes().strip()


def _fernet() -> Fernet:
    given = webhook_settings().secret_key.get_secret_value()
    return _made(given.encode() if given else key_in(runtime_settings().state))


@cache
def _made(key: bytes) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        raise BadKey(
            "The key for endpoints' secrets must be 32 bytes in URL-safe base64; "
            "`openssl rand -base64 32 | tr '+/' '-_'` makes one."
        ) from None


def _keep(path: Path, key: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link appears whole or not at all, and never over another process's key.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
