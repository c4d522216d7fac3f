"""Where this installation keeps its state and finds its servers: `DATELINE_…` variables, each with a default."""

from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.contracts.addresses import web_address


def _parts(written: str) -> list[str]:
    return [part for entry in written.split(",") if (part := entry.strip())]


class RuntimeSettings(BaseSettings):
    """What every process needs to know; each service's own settings live beside its code."""

    # Addresses of servers hold passwords, which an error must not repeat.
    model_config = SettingsConfigDict(env_prefix="DATELINE_", frozen=True, extra="ignore", hide_input_in_errors=True)

    state: Path = Path("var")
    """The folder of everything that must survive: database, captures, keys."""
    database_url: str = Field(default="", repr=False)
    """Empty: SQLite in the state folder; else postgresql+psycopg://…"""
    redis_url: str = Field(default="", repr=False)
    """Empty: wake-ups stay in this process, and the sweep alone carries the work."""
    archive: Path | None = None
    """The folder of captures; the state folder's `archive` when not set."""
    archive_store: str = ""
    """The archive in an S3-compatible store instead: s3://bucket/prefix."""
    public_url: str = ""
    """Where people and WebSub hubs reach the web app, such as `https://dateline.example.org`; it ends without a slash.
    Without it no mail is sent and no hub is asked."""
    secret_key: SecretStr = SecretStr("")
    """Encrypts what rests sealed: 32 bytes in URL-safe base64. Empty: a key file in the state folder."""
    metrics: Path | None = None
    """The folder in which the processes of this machine add up their metrics."""
    trusted_proxies: str = ""
    """Addresses and networks, apart by commas, whose X-Forwarded-For and -Proto are believed; nobody else's are."""
    log_format: Literal["auto", "pretty", "json"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("database_url")
    @classmethod
    def _is_database(cls, url: str) -> str:
        scheme, parted, _ = url.partition("://")
        if url and not (parted and scheme.partition("+")[0] in {"postgres", "postgresql", "sqlite"}):
            raise ValueError("it must begin with postgresql:// or sqlite:///")
        return url

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, url: str) -> str:
        if url and not url.startswith(("redis://", "rediss://")):
            raise ValueError("it must begin with redis:// or rediss://")
        return url

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, written: str) -> str:
        if written and web_address(written) is None:
            raise ValueError("it must begin with https:// or http:// and name a host")
        return written.rstrip("/")

    @field_validator("archive_store")
    @classmethod
    def _is_store(cls, url: str) -> str:
        if url and not url.startswith("s3://"):
            raise ValueError("it must begin with s3://")
        return url

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, written: str) -> str:
        for part in _parts(written):
            try:
                ip_network(part)
            except ValueError:
                raise ValueError(f"{part!r} is no address or network, such as 10.0.0.5 or 10.1.0.0/16") from None
        return written

    @property
    def proxies(self) -> list[str]:
        """Whose forwarded headers are believed."""
        return _parts(self.trusted_proxies)

    @property
    def database(self) -> str:
        """The database's address, with its driver."""
        url = self.database_url or f"sqlite:///{(self.state / 'dateline.db').absolute()}"
        scheme, _, rest = url.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url

    @property
    def captures(self) -> Path:
        """The folder of captures."""
        return self.archive or self.state / "archive"

    @property
    def archive_name(self) -> str:
        """Where the captures are, for people."""
        return self.archive_store or str(self.captures)


class RetentionSettings(BaseSettings):
    """For how many days each of these is kept; 0 is for ever. Articles and revisions are kept anyway."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_KEEP_", frozen=True, extra="ignore")

    events: int = Field(default=0, ge=0, le=36_500)
    """Events of the log, from the first on; those that a delivery still needs stay, and all that follow them."""
    audit_log: int = Field(default=0, ge=0, le=36_500)
    """Entries of the audit log."""
    dead_letters: int = Field(default=0, ge=0, le=36_500)
    """Dead letters about captures that a later one has overtaken, and about hosts."""
    captures: int = Field(default=0, ge=0, le=36_500)
    """Captures that nothing names: no wording, no evidence, no leaf. Once a day they are taken out of the archive."""
    results: int = Field(default=0, ge=0, le=36_500)
    """What a dry run found and nobody promoted or discarded; it is discarded when the next order is given."""


class BackupSettings(BaseSettings):
    """Backups by a schedule: where to, how often, and how many states of the database are kept."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_BACKUP_", frozen=True, extra="ignore")

    to: Path | None = None
    """A folder, on another disk if possible; without one nothing is backed up by itself."""
    every: int = Field(default=24, ge=1, le=8_760)
    """Hours between two backups."""
    states: int = Field(default=7, ge=1, le=1_000)
    """States of the database that stay; the archive is there once for all of them."""


@cache
def backup_settings() -> BackupSettings:
    """The settings of this process, read once."""
    return BackupSettings()


@cache
def retention_settings() -> RetentionSettings:
    """The settings of this process, read once."""
    return RetentionSettings()


@cache
def runtime_settings() -> RuntimeSettings:
    """The settings of this process, read once."""
    return RuntimeSettings()
