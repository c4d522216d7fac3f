"""All moods, in the order in which they are played."""

from services.contracts.errors import UserError
from services.demo.moods.changes import CHANGES
from services.demo.moods.day import DAY
from services.demo.moods.discovery import DISCOVERY
from services.demo.moods.mood import Mood

ALL_MOODS: dict[str, Mood] = {mood.name: mood for mood in (*DISCOVERY, *CHANGES, DAY)}


def choose_moods(names: list[str]) -> list[Mood]:
    """The moods of these names, all if there are none; a `UserError` for a name that no mood has."""
    if unknown := [name for name in names if name not in ALL_MOODS]:
        raise UserError(f"There is no mood {unknown[0]!r}; the moods are {', '.join(ALL_MOODS)}.")
    return [ALL_MOODS[name] for name in names or ALL_MOODS]
