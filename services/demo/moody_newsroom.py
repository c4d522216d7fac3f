"""The sample newsroom in every mood: it misbehaves on request, writes stories by the dozen, rebuilds its pages.

newsroom.misbehaves("storm-response", missing(), times=2)
newsroom.misbehaves("*", bot_wall())
"""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from services.demo.behaviours import CONDITIONS, Behaviour
from services.demo.newsroom import Newsroom, Resource
from services.demo.samples import SAMPLES, Sample
from services.demo.site import Answer, Clock, Request, utc_now

Edit = Callable[[str], str]
"""What a rebuild makes of the HTML of an article's page."""


@dataclass
class Spell:
    """A behaviour at an address, for so many more answers (None: for good)."""

    where: str
    behaviour: Behaviour
    left: int | None


class MoodyNewsroom(Newsroom):
    """The sample newsroom with bad spells. The spell that was cast last is served first."""

    def __init__(self, samples: Path = SAMPLES, *, port: int = 0, now: Clock = utc_now) -> None:
        self._spells: list[Spell] = []
        self._casting = threading.Lock()
        self._edits: list[Edit] = []
        super().__init__(samples, port=port, now=now)

    def writes(self, stories: Mapping[str, Sample]) -> None:
        """It could publish these, too."""
        self.samples |= stories

    def rebuilds(self, edit: Edit) -> None:
        """All pages are built anew, and say that they changed now, as publishing systems do."""
        with self._guard:
            self._changed_at = now = self._now()
            self._edits.append(edit)
            self._public = {slug: replace(entry, changed_at=now) for slug, entry in self._public.items()}

    def _article(self, number: int) -> Resource | int:
        page = super()._article(number)
        if isinstance(page, int):
            return page
        html = page.body.decode()
        for edit in self._edits:
            html = edit(html)
        return replace(page, body=html.encode())

    def misbehaves(self, where: str, behaviour: Behaviour, *, times: int | None = None) -> None:
        """At a sample's slug, at an address of this site (path and query), or everywhere with `*`."""
        path = _plain(self.samples[where].path if where in self.samples else where.removeprefix(self.url))
        with self._casting:
            self._spells.insert(0, Spell(path, behaviour, times))

    def behaves(self) -> None:
        """All spells are over."""
        with self._casting:
            self._spells.clear()

    def answer(self, request: Request) -> Answer:
        spell = self._spell(request.path)
        if not spell:
            return super().answer(request)
        # A behaviour works on the full answer: it decides itself what it makes of the client's validators.
        headers = {name: value for name, value in request.headers.items() if name not in CONDITIONS}
        return spell.behaviour(request, super().answer(replace(request, headers=headers)), self.site)

    def _spell(self, path: str) -> Spell | None:
        with self._casting:
            for spell in self._spells:
                if spell.where in {"*", _plain(path)} and spell.left != 0:
                    spell.left = None if spell.left is None else spell.left - 1
                    return spell
        return None


def _plain(path: str) -> str:
    # Some of these sites write their addresses with a doubled slash, and nobody has to ask for them so.
    return re.sub(r"/{2,}", "/", path)
