"""How far a site is believed that says nothing changed: what its answers prove, and which of its claims lie.

Pure: every function is given what is known and what came, and returns what is known afterwards. What is known of a
channel stands on its row, and what is known of the pages of a host on the host's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from services.fetcher.answers import Validators

Claim = Literal["etag", "last_modified", "not_modified", "lastmod"]
How = Literal["conditional", "full", "probe"]
"""How an address is asked for: with what is believed of its validators, without any, or with those of a version that is
known to be superseded, to which only a liar answers 304."""

FULL_AFTER = timedelta(hours=1)
FULL_AFTER_PROOF = timedelta(hours=6)
"""How long a channel may say 304 until it is asked for in full: before and after it has once reported a change."""
FULL_STEPS = frozenset({5, 8})
"""Visits of a page in the plan that are in full: those a day after a change, and a month after the last."""
FULL_STEPS_UNPROVEN = FULL_STEPS | {3}
"""The same on a host that never reported a change: also that an hour after."""
FULL_LOOKS = 60
FULL_SPAN = timedelta(hours=1)
"""Pages that a host is asked for in full, although it could be asked whether they changed, in an hour."""
DISTRUST = (timedelta(days=7), timedelta(days=30), timedelta(days=90))
"""For how long what lied for the first, second, third time is not relied on; then it is tried again."""
PROOF_LASTS = timedelta(days=30)

_SENTENCES: dict[Claim, str] = {
    "etag": "Its ETag stayed the same while the content changed",
    "last_modified": "Its Last-Modified stayed the same while the content changed",
    "not_modified": "It answered 304 to the validators of an older version",
    "lastmod": "Its times of change are new although nothing changed",
}


class _Known(BaseModel):
    """What a row keeps as JSON: what cannot be read counts as not known."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> Self:
        """What a row says."""
        try:
            return cls.model_validate(kept or {})
        except ValidationError:
            return cls()

    def kept(self) -> dict[str, Any]:
        """As a row keeps it."""
        return self.model_dump(mode="json", exclude_defaults=True)


class Doubt(BaseModel):
    """Since when a claim is not relied on, until when, and for the how-manieth time."""

    model_config = ConfigDict(frozen=True)

    since: datetime
    until: datetime
    times: int = 1


class Trust(_Known):
    """What is known of the claims of a channel, or of a host about its pages."""

    doubts: dict[Claim, Doubt] = {}
    proven_at: datetime | None = None
    """When a conditional request last brought a change, so that a 304 means something."""
    full_at: datetime | None = None
    """When the document last came in full; of a host, since when `full_looks` counts."""
    full_looks: int = 0
    superseded: dict[str, str] = {}
    """Validators of a version that is over, with which the next look asks."""
    digest: str | None = None
    """Of what the channel listed last: addresses and titles."""
    size: int = 0
    saved: int = 0
    """Bytes that 304s did not bring."""
    avoided: int = 0
    """Changes that came although the validators would have hidden them."""
    judged: float = 0
    borne_out: float = 0
    """Claims of change that were looked into, and those that were true; older ones count less."""

    def doubted(self, now: datetime) -> frozenset[Claim]:
        """What is not relied on now."""
        return frozenset(claim for claim, doubt in self.doubts.items() if now < doubt.until)

    def is_proven(self, now: datetime) -> bool:
        """Whether its 304s have meant something of late."""
        return self.proven_at is not None and now - self.proven_at < PROOF_LASTS


class PageTrust(_Known):
    """What a page's row keeps between two looks, of its own claims."""

    size: int = 0
    saved: int = 0
    """Bytes of its newest body, and those that 304s did not bring since its host's row was told."""
    superseded: dict[str, str] = {}
    same: tuple[Claim, ...] = ()
    """The validators that stayed the same while its bytes changed: if its article did, too, they lied."""
    digest: str | None = None
    capture: str | None = None
    """Digest and reader of its reading before that, and the capture that came."""
    reader: str | None = None
    claimed_at: datetime | None = None
    """When its channel claimed a change that was then looked into."""
    vain: int = 0
    """Such claims in a row in which there was nothing new."""


@dataclass(frozen=True)
class Question:
    """What is asked with, and to what end."""

    validators: Validators = Validators()  # noqa: RUF009 - frozen
    how: How = "conditional"


IN_FULL = Question(Validators(fresh=True), "full")


def believed(trust: Trust, validators: Validators, now: datetime) -> Validators:
    """The validators without those that are not relied on."""
    doubted = trust.doubted(now)
    if "not_modified" in doubted:
        return Validators()
    return Validators(
        None if "etag" in doubted else validators.etag, None if "last_modified" in doubted else validators.last_modified
    )


def question_of_channel(trust: Trust, validators: Validators, now: datetime) -> Question:
    """How a channel is asked this time."""
    probe, usual = believed(trust, _marks(trust.superseded), now), believed(trust, validators, now)
    if probe.headers():
        return Question(probe, "probe")
    patience = FULL_AFTER_PROOF if trust.is_proven(now) else FULL_AFTER
    if usual.headers() and (trust.full_at is None or now - trust.full_at >= patience):
        return IN_FULL
    return Question(usual)


def question_of_page(page: PageTrust, trust: Trust, validators: Validators, step: int, now: datetime) -> Question:
    """How a page is asked for at this step of its plan."""
    probe, usual = believed(trust, _marks(page.superseded), now), believed(trust, validators, now)
    if probe.headers():
        return Question(probe, "probe")
    steps = FULL_STEPS if trust.is_proven(now) else FULL_STEPS_UNPROVEN
    if usual.headers() and min(step, max(steps)) in steps and _has_room(trust, now):
        return IN_FULL
    return Question(usual)


def after_304(trust: Trust, question: Question, now: datetime) -> Trust:
    """After a 304."""
    saved = trust.model_copy(update={"saved": trust.saved + trust.size, "superseded": {}})
    return lied(saved, ["not_modified"], now) if question.how == "probe" else saved


def after_full(
    trust: Trust, question: Question, before: Validators, after: Validators, *, digest: str, size: int, now: datetime
) -> Trust:
    """After a channel came in full: `before` and `after` are what the last version and this one are marked with."""
    changed = trust.digest not in {None, digest}
    learned = trust.model_copy(
        update={
            "full_at": now,
            "digest": digest,
            "size": size,
            "superseded": {},
            "avoided": trust.avoided + (changed and _would_have_hidden(trust, before, after, now)),
            "proven_at": now if _proves(question, changed=changed) else trust.proven_at,
        }
    )
    if not changed or question.how != "full":
        return learned
    usual = believed(trust, before, now)
    same, others = same_and_others(usual, after)
    return lied(learned.model_copy(update={"superseded": others}), same, now)


def same_and_others(before: Validators, after: Validators) -> tuple[list[Claim], dict[str, str]]:
    """Which validators are the same before and after, and those that are over."""
    pairs: dict[Claim, tuple[str | None, str | None]] = {
        "etag": (before.etag, after.etag),
        "last_modified": (before.last_modified, after.last_modified),
    }
    known = {claim: (old, new) for claim, (old, new) in pairs.items() if old}
    same: list[Claim] = [claim for claim, (old, new) in known.items() if old == new]
    return same, {claim: old or "" for claim, (old, _) in known.items() if claim not in same}


def lied(trust: Trust, claims: Iterable[Claim], now: datetime) -> Trust:
    """Does not rely on these claims any more, longer each time."""
    lies = dict.fromkeys(claims)
    times = {claim: trust.doubts[claim].times + 1 if claim in trust.doubts else 1 for claim in lies}
    doubts = {
        claim: Doubt(since=now, until=now + DISTRUST[min(number, len(DISTRUST)) - 1], times=number)
        for claim, number in times.items()
    }
    avoided = trust.avoided + bool(lies)
    return trust.model_copy(update={"doubts": trust.doubts | doubts, "avoided": avoided}) if lies else trust


def looked_in_full(trust: Trust, now: datetime) -> Trust:
    """One more page of the host was asked for in full."""
    afresh = trust.full_at is None or not now - FULL_SPAN < trust.full_at <= now
    number = 1 if afresh else trust.full_looks + 1
    return trust.model_copy(update={"full_at": now if afresh else trust.full_at, "full_looks": number})


def sentences(trust: Trust, now: datetime) -> list[str]:
    """What is not relied on, a sentence for each."""
    return [
        f"{_SENTENCES[claim]} (seen on {doubt.since:%Y-%m-%d}); it is not relied on until {doubt.until:%Y-%m-%d}."
        for claim, doubt in sorted(trust.doubts.items())
        if now < doubt.until
    ]


def _marks(superseded: Mapping[str, str]) -> Validators:
    return Validators(superseded.get("etag"), superseded.get("last_modified"))


def _has_room(trust: Trust, now: datetime) -> bool:
    return trust.full_at is None or not now - FULL_SPAN < trust.full_at <= now or trust.full_looks < FULL_LOOKS


def _proves(question: Question, *, changed: bool) -> bool:
    return question.how == "probe" or (
        changed and question.how == "conditional" and bool(question.validators.headers())
    )


def _would_have_hidden(trust: Trust, before: Validators, after: Validators, now: datetime) -> bool:
    """Whether what is not relied on would have hidden this change."""
    doubted, (same, _) = trust.doubted(now), same_and_others(before, after)
    return "not_modified" in doubted or bool(doubted.intersection(same))
