"""What webhooks need to be told; everything else is a named constant beside its use."""

from functools import cache

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.contracts.addresses import web_address


class WebhookSettings(BaseSettings):
    """The webhooks' own settings."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_WEBHOOKS_", frozen=True, extra="ignore")

    retention: int = Field(default=30, ge=4, le=3650)
    """Days that the delivery log reaches back; no fewer than the schedule of attempts takes."""
    public_url: str = ""
    """Where people reach the web app, such as `https://dateline.example.org`: links in notifications lead there."""

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, written: str) -> str:
        if written and web_address(written) is None:
            raise ValueError("it must begin with https:// or http:// and name a host")
        return written.rstrip("/")


@cache
def webhook_settings() -> WebhookSettings:
    """The settings of this process, read once."""
    return WebhookSettings()
