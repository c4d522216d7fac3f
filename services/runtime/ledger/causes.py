"""Groups the reasons of dead letters by cause, so that one decision covers all that failed for the same one."""

import re

LONGEST = 200
"""Characters of a cause: what distinguishes reasons stands at their beginning."""
# Each alternative is linear: it begins with a sign of its own and has no repetition within a repetition.
_VARIES = re.compile(
    r"""(?P<address>[a-z][a-z0-9+.-]{0,20}://[^\s'"<>]+)
    |"(?![a-z_.]{1,40}")[^"\n]*" | (?<!\w)'(?![a-z_.]{1,40}')[^'\n]*'
    |\b[0-9a-f]{16,}\b
    |\b\w*\d[\w.:/,+-]*""",
    re.VERBOSE | re.IGNORECASE,
)


def cause_of(reason: str | None) -> str:
    """The reason without what differs from one message to the next: addresses, quotations, digests and numbers.

    A single word in quotes stays, because it names what is missing. Empty when there is no reason.
    """
    # Cut first: what is dropped at the end cannot make two causes of one, and no reason costs more than its size.
    shortened = _VARIES.sub("…", (reason or "")[: 4 * LONGEST])
    return " ".join(shortened.split())[:LONGEST]
