"""Bot walls: answers that stand where the page should be. They are recognised, never evaded."""

import re

from services.runtime.egress import Response

LONGEST_WALL = 30_000
"""Bytes; a longer answer with these words in it is an article about them."""

# (what it is, what is read in its first bytes), for answers of any status; in the words the walls use.
_WALLS = (
    ("an Akamai wall", re.compile(rb"<title>\s*Access Denied\s*</title>|errors\.edgesuite\.net", re.IGNORECASE)),
    ("a Cloudflare challenge", re.compile(rb"cdn-cgi/challenge-platform|cf-browser-verification|_cf_chl_opt")),
    ("an Imperva wall", re.compile(rb"_Incapsula_Resource|Incapsula incident ID", re.IGNORECASE)),
    ("a captcha", re.compile(rb"<title>[^<]{0,60}(captcha|are you a robot|human verification)", re.IGNORECASE)),
    ("a maintenance notice", re.compile(rb"<title>[^<]{0,60}(under maintenance|scheduled maintenance)", re.IGNORECASE)),
)


def wall(response: Response) -> str | None:
    """The name of the wall that this answer is, or None."""
    if "challenge" in (response.header("cf-mitigated") or "").lower():
        return "a Cloudflare challenge"
    if response.status in {301, 302, 303, 304, 307, 308} or len(response.body) > LONGEST_WALL:
        return None
    return next((name for name, words in _WALLS if words.search(response.body)), None)
