"""Answers of one address, compared: what changes without anything being new, and whether its validators say so."""

import re
from collections import Counter

from services.doctor.findings import ValidatorFinding, ValidatorVerdict, VolatileFinding
from services.fetcher.answers import Answer, Fetched, NotModified

SHOWN = 5
_PIECES = re.compile(rb"[^<\n]{1,500}|<[^<\n]{0,500}")
_ADVICE: dict[ValidatorVerdict, str] = {
    "absent": "It sends neither ETag nor Last-Modified: each look brings the whole document.",
    "honest": "It answered 304 to its own validators while nothing changed. Whether it does when something changed, "
    "only watching tells.",
    "ignored": "It sent the whole document again to who had its validators: each look costs all of it.",
    "unstable": "Its ETag is another one for the same bytes: each look brings the whole document.",
    "lying": "It gave the same ETag to different bytes: its 304 cannot be believed.",
    "unchecked": "Its validators were not tried.",
}


def volatile(first: bytes, second: bytes, *, same_reading: bool) -> VolatileFinding:
    """What two answers of one page do not have in common."""
    differing = list(_pieces(first) - _pieces(second))
    differing += list(_pieces(second) - _pieces(first))
    samples = [piece.decode("utf-8", "replace").strip()[:120] for piece in differing]
    shown = [sample for sample in samples if sample][:SHOWN]
    return VolatileFinding(pieces=len(differing), samples=shown, same_reading=same_reading)


def validators(first: Fetched, second: Fetched | None, again: Answer | None) -> ValidatorFinding:
    """How a document's validators behaved; `second` is another whole answer, `again` that to a conditional request."""
    tags = first.validators
    verdict: ValidatorVerdict
    if not tags.headers():
        verdict = "absent"
    elif second and tags.etag and tags.etag == second.validators.etag and first.body != second.body:
        verdict = "lying"
    elif second and first.body == second.body and tags.etag != second.validators.etag:
        verdict = "unstable"
    elif isinstance(again, NotModified):
        verdict = "honest"
    else:
        verdict = "ignored" if isinstance(again, Fetched) else "unchecked"
    return ValidatorFinding(
        url=first.url,
        etag=bool(tags.etag),
        last_modified=bool(tags.last_modified),
        verdict=verdict,
        detail=_ADVICE[verdict],
    )


def _pieces(body: bytes) -> Counter[bytes]:
    return Counter(_PIECES.findall(body))
