"""A mood of the sample newsroom: what it does, what Dateline says of it, and how the two are compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from services.demo.moods.scene import Scene

Play = Callable[[Scene], Sequence[str]]
"""Plays the mood; returns what Dateline says in the end, beside what it has sent to the subscriber."""


@dataclass(frozen=True)
class Mood:
    """`does` and `says` are sentences for people; `expected` is what a subscriber gets, and what is said in the end."""

    name: str
    does: str
    says: str
    expected: tuple[str, ...]
    play: Play


@dataclass(frozen=True)
class Performance:
    """A mood that was played, and what was seen."""

    mood: Mood
    seen: tuple[str, ...]

    @property
    def as_expected(self) -> bool:
        """Whether all that was expected was seen, in that order, and nothing else."""
        return self.seen == self.mood.expected

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Expected and seen, side by side; an empty one where the other has no counterpart."""
        return list(zip_longest(self.mood.expected, self.seen, fillvalue=""))


def perform(mood: Mood, scene: Scene) -> Performance:
    """Plays it."""
    in_the_end = mood.play(scene)
    return Performance(mood, (*scene.notices(), *in_the_end))
