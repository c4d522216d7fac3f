"""Profiles by their digests, as the workers read with them: a digest stands for the same profile for ever."""

from collections import OrderedDict
from collections.abc import Iterable

import structlog
from sqlmodel import Session

from services.parser.site_profile import SiteProfile
from services.runtime.provenance import profiles

AT_HAND = 16
"""Profiles that a process holds: hosts take turns, and one takes a few megabytes at most."""
_at_hand: OrderedDict[str, SiteProfile] = OrderedDict()

log = structlog.get_logger()


def find_profiles(session: Session, digests: Iterable[str | None]) -> dict[str, SiteProfile]:
    """The profiles of these digests; without those that are not there, or that another version wrote."""
    result = dict[str, SiteProfile]()
    for digest in {digest for digest in digests if digest}:
        if profile := _at_hand.get(digest) or _load(session, digest):
            result[digest] = profile
            _remember(digest, profile)
    return result


def _load(session: Session, digest: str) -> SiteProfile | None:
    text = profiles.load_profile(session, digest)
    try:
        return SiteProfile.from_json(text) if text else None
    except ValueError as trouble:
        log.warning("profile_not_read", digest=digest, error=str(trouble)[:300])
        return None


def _remember(digest: str, profile: SiteProfile) -> None:
    _at_hand[digest] = profile
    _at_hand.move_to_end(digest)
    while len(_at_hand) > AT_HAND:
        _at_hand.popitem(last=False)
