"""The mailboxes that may be opened: `DATELINE_MAILBOX_…` variables."""

from functools import cache

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class MailboxSettings(BaseSettings):
    """The passwords of mailboxes; one that has none here is not opened, nor its host asked."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_MAILBOX_", frozen=True, extra="ignore")

    passwords: dict[str, SecretStr] = Field(default_factory=dict)
    """By `user@host`, as JSON: `{"bulletins@mail.example.org": "…"}`."""


@cache
def mailbox_settings() -> MailboxSettings:
    """The settings of this process, read once."""
    return MailboxSettings()
