"""When what is owed to people is sent together: on the hour, or on a day and at a time of their own zone. Pure."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_serializer, model_validator

from services.contracts.choices import DigestEvery, Weekday

HOUR = timedelta(hours=1)
DAYS = 9
"""A week and a day on either side hold the next time of each digest, whatever the zone."""
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


def known_zone(name: str) -> str:
    """The name itself; a `ValueError` when there is no such time zone."""
    try:
        _zone(name)
    except (KeyError, ValueError, OSError):  # a name that is none, or that of a folder
        raise ValueError(f"There is no time zone {name!r}; write it as in Europe/Berlin, or UTC.") from None
    return name


class Digest(BaseModel, extra="forbid"):
    """When what is owed is sent together: each hour, each day, or each week."""

    every: DigestEvery
    at: Annotated[
        str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), Field(description="Time of day: HH:MM.")
    ] = "08:00"
    zone: Annotated[
        str,
        StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$"),
        AfterValidator(known_zone),
        Field(description="The time zone of `at`, by its IANA name.", examples=["Europe/Berlin"]),
    ] = "UTC"
    on: Annotated[Weekday | None, Field(description="The day of a weekly one; monday unless named.")] = None

    @model_validator(mode="after")
    def _fits(self) -> "Digest":
        if self.on and self.every != "week":
            raise ValueError("`on` is the day of a weekly digest; leave it out, or say `every`: week.")
        if self.every == "hour" and "at" in self.model_fields_set:
            raise ValueError("A digest of each hour comes on the hour; leave `at` out, or say `every`: day.")
        return self

    @model_serializer
    def named(self) -> dict[str, str]:
        """The digest as it is kept: what means nothing is left out."""
        fields: dict[str, str] = {"every": self.every, "zone": self.zone}
        if self.every != "hour":
            fields["at"] = self.at
        if self.every == "week":
            fields["on"] = self.on or WEEKDAYS[0]
        return fields

    def next(self, now: datetime) -> datetime:
        """The first time after `now`, in UTC.

        A time that the clocks leave out, when they are put forward, comes as much later as they were put forward. One
        that they show twice is the first of the two.
        """
        if self.every == "hour":
            return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + HOUR
        return next(moment for moment in self._times(now) if moment > now)

    def _times(self, now: datetime) -> Iterator[datetime]:
        zone, at = _zone(self.zone), time.fromisoformat(self.at)
        today = now.astimezone(zone).date()
        for number in range(-1, DAYS):
            day = today + timedelta(days=number)
            if self._is_on(day):
                yield datetime.combine(day, at, zone).astimezone(UTC)

    def _is_on(self, day: date) -> bool:
        return self.every == "day" or WEEKDAYS[day.weekday()] == (self.on or WEEKDAYS[0])


def digest_time(digest: Mapping[str, Any] | None, now: datetime) -> datetime | None:
    """When what is owed now is sent to an endpoint with this digest; None: at once."""
    return None if digest is None else Digest.model_validate(digest).next(now)


def digest_zone(digest: Mapping[str, Any] | None) -> str:
    """The time zone of the people who have this digest."""
    return "UTC" if digest is None else str(digest.get("zone", "UTC"))


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
