"""Requests at a site's pace, few of them, each noted: nobody examines a site so that it notices."""

import time
from dataclasses import dataclass, field
from datetime import datetime

from services.doctor.findings import LookFinding
from services.fetcher.answers import Answer, Blocked, Fetched, Moved, Unavailable, Validators
from services.fetcher.client import get
from services.fetcher.politeness import host_of
from services.fetcher.robots import Robots, ask_robots
from services.fetcher.settings import FetcherSettings
from services.runtime.egress import Client, deadline

SECONDS = 50.0
"""For one examination: a request to the API must end before its client gives up."""
MOST = 14
"""Requests of one examination, robots.txt included."""
UNSERVED = 2
"""Answers in a row that were a wall or none: then the site is let be."""


@dataclass
class Looks:
    """The requests of one examination; `at` gives None where no further one may be made, and `over` says why."""

    client: Client
    now: datetime
    settings: FetcherSettings
    seconds: float = SECONDS
    most: int = MOST
    made: list[LookFinding] = field(default_factory=list)
    over: str | None = None
    _robots: dict[str, Robots] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)
    _unserved: int = 0
    _began: float = field(default_factory=time.monotonic)

    def at(self, url: str, known: Validators = Validators()) -> Answer | None:  # noqa: B008 - frozen
        """One look, if robots.txt lets us and there is time for it."""
        robots = self.robots(url)
        if robots is None or not self._may(url):
            return None
        with deadline(min(self.settings.timeout, self._left())):
            answer = get(
                self.client,
                url,
                now=self.now,
                limits=self.settings.channel_limits,
                validators=known,
                may=robots.verdict,
            )
        self._note(url, answer)
        return answer

    def fetched(self, url: str) -> Fetched | None:
        """What is at the address; None where there is nothing, or nobody may look."""
        answer = self.at(url)
        return answer if isinstance(answer, Fetched) else None

    def robots(self, url: str) -> Robots | None:
        """The robots.txt of the host, asked for once; None where no further request may be made."""
        host = host_of(url)
        if host not in self._robots:
            if not self._may(url):
                return None
            with deadline(self._left()):
                self._robots[host] = ask_robots(self.client, url, self.now)
            self.made.append(LookFinding(url=f"//{host}/robots.txt", answer=self._robots[host].state))
        return self._robots[host]

    def _may(self, url: str) -> bool:
        host = host_of(url)
        known = self._robots.get(host)
        pace = max(self.settings.pace, known.crawl_delay if known else 0.0)
        wait = self._last.get(host, -pace) + pace - time.monotonic() if host in self._last else 0.0
        if self._unserved >= UNSERVED:
            self.over = "The site did not serve us twice in a row, so it was asked no more."
        elif len(self.made) >= self.most:
            self.over = f"{self.most} requests were made, which is all that one examination makes."
        elif wait >= self._left():
            self.over = f"{self.seconds:g} s are all that one examination takes, at the pace of this host."
        else:
            time.sleep(max(wait, 0.0))
            self._last[host] = time.monotonic()
            return True
        return False

    def _left(self) -> float:
        return max(self._began + self.seconds - time.monotonic(), 0.001)

    def _note(self, url: str, answer: Answer) -> None:
        self._unserved = self._unserved + 1 if isinstance(answer, Blocked | Unavailable) else 0
        detail = answer.url if isinstance(answer, Moved) else getattr(answer, "detail", None)
        self.made.append(LookFinding(url=url, answer=type(answer).__name__.lower(), detail=detail))
