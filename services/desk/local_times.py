"""Times that people write into forms, in the zone in which the page shows times."""

from collections.abc import Mapping
from datetime import datetime, tzinfo


def instant_of(text: str, zone: tzinfo) -> str:
    """What a field for a date and a time says, with the offset of this zone; other texts as they are, to be refused."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return text.strip()
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()


def instants(fields: Mapping[str, str], zone: tzinfo) -> dict[str, str]:
    """The begin and the end of a time, `since` and `until`, as far as these fields of a form have them."""
    return {name: instant_of(fields[name], zone) for name in ("since", "until") if fields.get(name)}


def local_text(moment: datetime, zone: tzinfo) -> str:
    """The moment as such a field has it, to the minute."""
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}"
