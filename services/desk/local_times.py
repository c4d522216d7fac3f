"""Times that people write into forms, in the zone in which the page shows times."""

from datetime import datetime, tzinfo


def instant_of(text: str, zone: tzinfo) -> str:
    """What a field for a date and a time says, with the offset of this zone; other texts as they are, to be refused."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return text.strip()
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()


def local_text(moment: datetime, zone: tzinfo) -> str:
    """The moment as such a field has it, to the minute."""
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}"
