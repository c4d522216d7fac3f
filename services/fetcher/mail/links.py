"""Where the links of a bulletin really lead: bulletin services wrap each in an address of their own."""

import re
from datetime import datetime
from urllib.parse import unquote, urlsplit

from services.contracts.urls import BadAddress, canonical_url
from services.fetcher.answers import Moved
from services.fetcher.client import get
from services.fetcher.politeness import permission
from services.fetcher.settings import FetcherSettings
from services.runtime.egress import Client

SERVICES = (
    "govdelivery.com",
    "lnks.gd",
    "list-manage.com",
    "mailchi.mp",
    "constantcontact.com",
    "rs6.net",
    "sendgrid.net",
)
"""Bulletin services whose links lead to others' pages."""
HOPS = 3
_INNER = re.compile(r"https?:/{1,2}[\w.-]+\.[^\s]{2,1900}", re.IGNORECASE)
# Following one of these would end the subscription, or change it.
_ORDERS = re.compile(
    r"unsubscribe|opt-?out|preferences|manage|subscriber|forward|one[_-]?click|/track/open", re.IGNORECASE
)


def is_wrapped(url: str) -> bool:
    """Whether the address is one of a bulletin service."""
    host = urlsplit(url).hostname or ""
    return any(host == name or host.endswith(f".{name}") for name in SERVICES)


def is_order(url: str, text: str | None) -> bool:
    """Whether following the link would order something of the service."""
    return _ORDERS.search(f"{unquote(unquote(url))} {text or ''}") is not None


def written_inside(url: str) -> str | None:
    """The address that a wrapped one carries in itself: nobody need be asked."""
    inner = unquote(unquote(url))
    hit = _INNER.search(inner, inner.find("://") + 3)
    if hit is None:
        return None
    # Behind the address stand the service's own numbers: "…/story/1/0100019a-…/abc=412".
    address = re.split(r"/\d{1,3}/[0-9a-f]{10,}|&(?:amp;)?(?:e|h|s)=", hit[0])[0]
    try:
        return canonical_url(address)
    except BadAddress:
        return None


def asked_target(client: Client, url: str, now: datetime, settings: FetcherSettings) -> str | None:
    """Where a wrapped address leads, asked with every guard and robots.txt; None where nowhere else."""
    here = url
    for _hop in range(HOPS):
        answer = get(client, here, now=now, limits=settings.page_limits, may=lambda hop: permission(client, hop, now))
        if not isinstance(answer, Moved):
            return None
        if not is_wrapped(answer.url):
            return answer.url
        here = answer.url
    return None
