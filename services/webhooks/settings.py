"""What webhooks need to be told; everything else is a named constant beside its use."""

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WebhookSettings(BaseSettings):
    """The webhooks' own settings."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_WEBHOOKS_", frozen=True, extra="ignore")

    retention: int = Field(default=30, ge=4, le=3650)
    """Days that the delivery log reaches back; no fewer than the schedule of attempts takes."""


@cache
def webhook_settings() -> WebhookSettings:
    """The settings of this process, read once."""
    return WebhookSettings()
