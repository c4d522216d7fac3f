"""What a picture's number says of the picture: the day it was taken, for which service, and by whom."""

import re
from dataclasses import dataclass
from datetime import date

# The letters that are known for certain; others (H, O, S, Z) are in use, and what they stand for is not said here.
SERVICES = {
    "A": "Army",
    "D": "Department of Defense",
    "F": "Air Force",
    "G": "Coast Guard",
    "M": "Marine Corps",
    "N": "Navy",
    "X": "Space Force",
}
# Two digits of a year: 39 is 2039, 40 is 1940. Numbers are also given to old pictures from before numbers were.
CENTURY = 40
_NUMBER = re.compile(r"(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)-(?P<service>[A-Z])-(?P<maker>[A-Z0-9]{4,6})-")


@dataclass(frozen=True)
class Origin:
    """The parts of a VIRIN `YYMMDD-S-XXXXX-NNN`: None is what it does not say, or says of no possible day."""

    taken_on: date | None = None
    service: str | None = None
    vision_id: str | None = None


def read_virin(virin: str | None) -> Origin:
    """Day, service and photographer's vision id of a VIRIN; the parts of anything else are None."""
    hit = _NUMBER.match(virin or "")
    if not hit:
        return Origin()
    year = int(hit["year"])
    try:
        day = date(year + (2000 if year < CENTURY else 1900), int(hit["month"]), int(hit["day"]))
    except ValueError:
        day = None
    return Origin(day, SERVICES.get(hit["service"]), hit["maker"])
