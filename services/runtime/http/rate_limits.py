"""Who may go on, and who must wait: a pace for each API key, and one for the wrong keys of each address.

Kept in this process's memory: a web app of several processes would give everybody as many allowances, and a restart
gives all a full one. That keeps one asker from crowding out the others, which is all it promises; keys are too long to
be guessed at any pace, so that a wrong one may be looked up before it is refused.
"""

import math
from base64 import b64decode
from collections.abc import Hashable
from contextlib import suppress
from hashlib import sha256

from services.runtime.http.problems import Problem

REQUESTS = 50
"""Requests a second that a key may make for long; ten seconds' worth of them at once."""
FAILURES = 20
"""Wrong keys that may come from an address at once."""
REFILL = 5
"""Seconds until an address that sent so many may send one more."""
MOST = 10_000
"""Askers that are remembered at once; more can only be a flood of made-up ones."""


class TokenBucket:
    """A token bucket for each asker: `burst` tokens, which come back at `rate` a second. `now` is in seconds."""

    def __init__(self, *, rate: float, burst: int) -> None:
        self._pause, self._depth = 1 / rate, (burst - 1) / rate
        # When the bucket of an asker will be full again; who is not here has a full one.
        self._full_at: dict[Hashable, float] = {}

    def wait(self, asker: Hashable, now: float) -> float:
        """Seconds until this asker may take one; 0 when they may at once."""
        return max(0.0, self._full_at.get(asker, now) - now - self._depth)

    def take(self, asker: Hashable, now: float) -> None:
        """Takes one; whoever takes without asking never owes more than the whole bucket."""
        if len(self._full_at) >= MOST:
            self._make_room(now)
        self._full_at[asker] = min(max(now, self._full_at.get(asker, now)), now + self._depth) + self._pause

    def knows(self, asker: Hashable) -> bool:
        """Whether this asker has taken something lately."""
        return asker in self._full_at

    def forget(self, asker: Hashable) -> None:
        """Takes this asker for one who was never here."""
        self._full_at.pop(asker, None)

    def _make_room(self, now: float) -> None:
        still = {asker: full_at for asker, full_at in self._full_at.items() if full_at > now}
        # In a flood all have a little missing; to look through them each time would be the flood's success.
        self._full_at = still if len(still) < MOST // 2 else {}


class RateLimiter:
    """Asked before each request, told after it. `authorization` is the header as it came, `now` is in seconds."""

    def __init__(self, requests: TokenBucket | None = None, failures: TokenBucket | None = None) -> None:
        self._requests = requests or TokenBucket(rate=REQUESTS, burst=10 * REQUESTS)
        self._failures = failures or TokenBucket(rate=1 / REFILL, burst=FAILURES)

    def admit(self, authorization: str, now: float) -> None:
        """Raises a 429 problem, which says when to come again, for a key that asks too often."""
        key = _digest(authorization)
        if self._requests.knows(key):
            _admit(self._requests.wait(key, now), "This key asks too often.")

    def refuse(self, address: str, now: float) -> None:
        """Raises a 429 problem when too many wrong keys came from where this one did.

        Asked only for a key that was looked up and is wrong: the failures of others behind the same address keep no
        right key waiting.
        """
        _admit(self._failures.wait(address, now), "Too many wrong keys came from this address.")

    def passed(self, authorization: str, now: float) -> None:
        """The key was right. Who is known without one, as at the desk, takes from nobody's allowance."""
        if authorization:
            self._requests.take(_digest(authorization), now)

    def failed(self, authorization: str, address: str, now: float) -> None:
        """The key was wrong, or is no longer right. That none came at all is no failure: it costs us nothing."""
        if authorization:
            self._requests.forget(_digest(authorization))
            self._failures.take(address, now)


def _admit(wait: float, why: str) -> None:
    if wait:
        seconds = math.ceil(wait)
        advice = f"{why} Ask again in {seconds} s."
        raise Problem(429, "Too many requests", advice, headers={"Retry-After": str(seconds)})


def _digest(authorization: str) -> bytes:
    # However it is spelt, a key has one allowance; and the key itself is not kept.
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() == "basic":
        with suppress(ValueError):  # as a password it comes with any user name
            key = b64decode(key).decode().partition(":")[2]
    return sha256(key.strip().encode()).digest()
