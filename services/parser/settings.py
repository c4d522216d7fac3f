"""What a page may cost: `DATELINE_PARSER_…` variables."""

from functools import cache
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ParserSettings(BaseSettings):
    """The parser's own settings."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_PARSER_", frozen=True, extra="ignore")

    cpu_seconds: float = Field(default=5.0, gt=0, le=20)
    """Seconds of CPU that one page may cost: of 446 real pages the slowest took 0.4, and half took 0.013 or less."""
    profiles: Literal["off", "propose", "promote-removals"] = "propose"
    """Whether site profiles are learned, and whether what one would change of stored articles is promoted without a
    person where it only removes lines."""


@cache
def parser_settings() -> ParserSettings:
    """The settings of this process, read once."""
    return ParserSettings()
