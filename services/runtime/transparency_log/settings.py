"""What an operator decides about the transparency log."""

from functools import cache

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class LogSettings(BaseSettings):
    """`DATELINE_TRANSPARENCY_…`."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_TRANSPARENCY_", frozen=True, extra="ignore")

    origin: str = Field(default="", max_length=100)
    """What the log is called in its checkpoints, by default a random name. It is settled with the first checkpoint."""
    public: bool = False
    """Whether checkpoints, leaves and proofs are shown without a key; else the key needs the scope `read`."""
    interval: int = Field(default=60, ge=1, le=1440)
    """Minutes between two checkpoints, if there is something new; without news there is one each day."""
    authority: str = ""
    """The address of an RFC 3161 time stamp authority that stamps every checkpoint. Needs the extra `stamps`."""

    @field_validator("origin")
    @classmethod
    def _is_a_name(cls, origin: str) -> str:
        if not origin.isprintable() or any(mark in origin for mark in " +"):
            raise ValueError("it may hold neither spaces nor plus signs, such as news.example.org/dateline")
        return origin

    @field_validator("authority")
    @classmethod
    def _is_an_address(cls, authority: str) -> str:
        if authority and not authority.startswith(("http://", "https://")):
            raise ValueError("it must begin with http:// or https://")
        return authority


@cache
def log_settings() -> LogSettings:
    """The settings of this process, read once."""
    return LogSettings()
