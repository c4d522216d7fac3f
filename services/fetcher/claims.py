"""What a channel claims of its pages by the times of change in it: how many are followed, and what they are worth.

A sitemap that is made anew each night, or at each look, says of every page that it changed. Pure, as `trust` is.
"""

from datetime import datetime, timedelta

from services.fetcher.trust import Trust, lied

ENOUGH = 8
"""Claims that must have been looked into before they are judged as a whole."""
FEW_TRUE, MANY_TRUE = 0.2, 0.5
"""Shares of claims borne out: at fewer a channel's claims mean nothing, at more they are followed without a limit."""
REMEMBERED = 64
"""Judged claims after which old ones begin to count less."""
CLAIMS, SAMPLED_CLAIMS, ALL_CLAIMS = 50, 2, 1_000_000
"""Claims that one look may follow: while nothing is known, while they mean nothing, once they are borne out."""
VAIN = (timedelta(), timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7))
"""Until a page is looked at again because its channel claims a change, after so many such claims in vain."""


def claims_allowed(trust: Trust, now: datetime) -> int:
    """How many claims of change one look at the channel may follow."""
    if "lastmod" in trust.doubted(now):
        return SAMPLED_CLAIMS
    return ALL_CLAIMS if trust.judged >= ENOUGH and trust.borne_out >= MANY_TRUE * trust.judged else CLAIMS


def judged_claims(trust: Trust, judged: int, borne_out: int, now: datetime) -> Trust:
    """After so many more claims were looked into, of which so many were true."""
    if not judged:
        return trust
    fade = 0.5 if trust.judged >= REMEMBERED else 1.0
    number, true = trust.judged * fade + judged, trust.borne_out * fade + borne_out
    learned = trust.model_copy(update={"judged": number, "borne_out": true})
    if number < ENOUGH:
        return learned
    if "lastmod" in trust.doubted(now):
        doubts = {claim: doubt for claim, doubt in trust.doubts.items() if claim != "lastmod"}
        return learned.model_copy(update={"doubts": doubts}) if true >= MANY_TRUE * number else learned
    if true >= FEW_TRUE * number:
        return learned
    avoided = trust.avoided
    return lied(learned, ["lastmod"], now).model_copy(update={"judged": 0, "borne_out": 0, "avoided": avoided})
