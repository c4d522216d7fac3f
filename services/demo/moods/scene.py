"""Where a mood is played: one newsroom, one subscriber, and a Dateline whose time can be let pass."""

from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, Self

import httpx

from services.contracts.errors import DatelineError
from services.demo.moods.notices import Event, notices, slug_of
from services.demo.moody_newsroom import MoodyNewsroom
from services.demo.receiver import Receiver
from services.demo.stories import write_stories
from services.runtime import clock

BEGINS = datetime(2027, 3, 1, 14, tzinfo=UTC)
"""A Monday without a holiday near: what a mood shows must not depend on the day on which it is played."""
STEPS = 8
"""In how many steps time passes, at most: what is due in a step is done at its end."""
SHORTEST = timedelta(minutes=1)
PATHS = {"feed": "/DesktopModules/ArticleCS/RSS.ashx?Site=945&max=500", "listing": "/News/", "sitemap": "/sitemap.xml"}
"""Where the newsroom has each kind of channel."""
PLACEHOLDER = "whsec_ZGF0ZWxpbmUgaXMgYWJvdXQgdG8gc2F5IHdoYXQgaXQgaXM="
"""Until Dateline has said with which secret it signs."""


class SceneFailed(DatelineError):  # noqa: N818 - named for what happened
    """Dateline refused what a mood needs."""


class World(Protocol):
    """A Dateline that follows the clock of a file, and is asked with an admin's key."""

    client: httpx.Client
    clock: Path

    def settle(self) -> None:
        """Waits until everything that is due by the clock is done."""
        ...

    def next_due_at(self) -> datetime | None:
        """When the next is due that is not a timer."""
        ...


@dataclass
class Scene:
    """One newsroom that is watched, and one subscriber to it, both on the clock of the world."""

    name: str
    world: World
    newsroom: MoodyNewsroom
    receiver: Receiver

    @classmethod
    def open(cls, name: str, world: World, ending: ExitStack) -> Self:
        """A newsroom of this name with a subscriber; `ending` closes both and lets Dateline forget them."""
        newsroom, receiver = MoodyNewsroom(now=clock.present), Receiver(PLACEHOLDER, now=clock.present)
        for site in (newsroom, receiver):
            site.start()
            ending.callback(site.stop)
        scene = cls(name, world, newsroom, receiver)
        order = {"url": receiver.url, "filter": {"sources": [name]}}
        endpoint = scene.ask("POST", "/webhooks/endpoints", order)
        receiver.trusts(endpoint["secret"])
        ending.callback(scene.ask, "DELETE", f"/webhooks/endpoints/{endpoint['id']}")
        return scene

    @property
    def now(self) -> datetime:
        """The present instant of the world."""
        return clock.present()

    def opens(self, *kinds: str, old: int = 1, new: int = 0) -> None:
        """So many stories are there when Dateline comes and looks at these channels; so many come an hour later."""
        self.writes(old + new)
        self.publishes(*range(1, old + 1))
        self.watches(*kinds)
        self.passes(hours=1)
        if new:
            self.publishes(*range(old + 1, old + new + 1))
            self.passes(hours=2)

    def writes(self, number: int) -> None:
        """The newsroom has so many stories to publish."""
        self.newsroom.writes(write_stories(self.name, range(1, number + 1)))

    def publishes(self, *numbers: int, dated: datetime | None = None) -> None:
        """These stories become public now."""
        for number in numbers:
            self.newsroom.publishes(f"story-{number}", dated)

    def watches(self, *kinds: str) -> None:
        """Dateline watches these channels of the newsroom."""
        channels = [{"kind": kind, "url": self.newsroom.url + PATHS[kind]} for kind in kinds]
        self.ask("POST", "/sources", {"name": self.name, "channels": channels, "pages": ["/Article/"]})
        self.world.settle()

    def looks(self) -> None:
        """Dateline looks at all channels now, as when an operator asks it to."""
        self.ask("POST", f"/sources/{self.name}/poll")
        self.world.settle()

    def leaves(self) -> None:
        """The source rests, and a week goes by, after which Dateline has forgotten what changed on many pages."""
        self.ask("POST", f"/sources/{self.name}/pause", {"paused": True})
        self.passes(days=8)

    def passes(self, **span: float) -> None:
        """So much time, in steps from one due message to the next."""
        end = self.now + timedelta(**span)
        step = max(timedelta(**span) / STEPS, SHORTEST)
        self.world.settle()
        while self.now < end:
            due = self.world.next_due_at()
            at_least = self.now + step
            self._set(min(end, max(due, at_least) if due else end))
            self.world.settle()

    def _set(self, moment: datetime) -> None:
        ahead = clock.read_ahead(self.world.clock) + (moment - self.now)
        clock.set_ahead(self.world.clock, ahead)

    def notices(self) -> list[str]:
        """What the subscriber has got and verified so far, one line for each event."""
        return notices(self._verified())

    def unverified(self) -> int:
        """How many messages came whose signature did not hold."""
        return sum(not event.verified for event in self.receiver.received)

    def ask(self, method: str, path: str, order: dict[str, Any] | None = None) -> Any:
        """What the API answers; `SceneFailed` when it refuses."""
        answer = self.world.client.request(method, path, json=order)
        if not answer.is_success:
            raise SceneFailed(f"{method} {path} was answered {answer.status_code}: {answer.text[:300]}")
        return answer.json() if answer.content else None

    def events(self, *types: str) -> list[Event]:
        """The verified events of these types."""
        events = [event for event in self._verified() if event["type"] in types]
        return sorted(events, key=lambda event: int(event["sequence"]))

    def quarantined(self) -> str:
        """How many pages of the newsroom wait in quarantine."""
        readings = self.ask("GET", f"/quarantine?source={self.name}&limit=200")["readings"]
        return f"in quarantine: {len(readings)} pages"

    def statuses(self) -> str:
        """How many articles of the newsroom have which status."""
        shown = self.ask("GET", f"/articles?source={self.name}&limit=200")["articles"]
        statuses = [entry["status"] for entry in shown]
        return "articles: " + ", ".join(f"{statuses.count(entry)} {entry}" for entry in sorted(set(statuses)))

    def doubts(self) -> list[str]:
        """What Dateline no longer relies on, in a sentence for each channel and claim."""
        channels = self.ask("GET", f"/sources/{self.name}")["channels"]
        return [sentence for channel in channels for sentence in channel["trust"]["distrusted"]]

    def requests(self, slug: str) -> int:
        """How often the page was asked for."""
        return sum(slug_of(request.path) == slug for request in self.newsroom.requests)

    def _verified(self) -> Collection[Event]:
        """What the subscriber has got and verified, each event once."""
        return {event.id: event.event for event in self.receiver.received if event.verified}.values()
