"""Identity of a page: which spellings of an address are one page.

Articles of the AFPIMS publishing system are known by site family and article number: the slug, the section, the
scheme, `www` and the move from defense.gov to war.gov all change while the number stays. Every other page is known
by its canonical address.
"""

import hashlib
import re
from base64 import b32encode
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from services.contracts.errors import UserError

MAX_LENGTH = 2_000
# Sites that moved keep one family name, so that an old link and a new one are the same article.
FAMILIES = {
    "defense.gov": "defense",
    "war.gov": "defense",
    "dod.gov": "defense",
    "dod.defense.gov": "defense",
}
NUMBERED = "afpims/"
"""How the key of a page begins that is known by its number."""
# Parameters that campaigns add; no publishing system tells pages apart by them.
TRACKING = re.compile(r"^(utm_\w+|fbclid|gclid|mc_cid|mc_eid|igshid|ref_src)$", re.IGNORECASE)

_ARTICLE_NUMBER = re.compile(r"/article/(\d{1,12})(?:[/.]|$)|[?&]article=(\d{1,12})(?:&|$)", re.IGNORECASE)
# An address behind another one's, and what of it is an article's: the slug is the last part.
_INNER = re.compile(r"https?:/{1,2}(?=[\w-]+\.)", re.IGNORECASE)
_ARTICLE = re.compile(r"(?P<host>[\w.-]+)(?P<path>(?:/[^/?#]*){1,12}?/article/\d{1,12}(?:/[^/?#]*)?)", re.IGNORECASE)
_REGISTERED, _COUNTRY = 2, 2
"""Labels of a registered domain, and letters of a country's."""
_SECOND_LEVEL = frozenset(
    {"ac", "co", "com", "edu", "gob", "gouv", "gov", "govt", "go", "gv", "mil", "mod", "ne", "net", "nic", "or", "org"}
)
"""Labels under a country's that are no registered names themselves."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNRESERVED = "!$&'()*+,;=:@/~-._"


class BadAddress(UserError):  # noqa: N818 - named for what happened
    """The address is not one that Dateline can look at."""


def canonical_url(url: str, base: str | None = None) -> str:
    """The one spelling under which an address is requested and compared; `BadAddress` says what is wrong with it.

    Fragment, default port, tracking parameters and doubled slashes go, the host is in lower case; the scheme,
    `www` and the order of the remaining parameters stay, because a server may care.
    """
    try:
        parts = urlsplit(urljoin(base, url.strip()) if base else url.strip())
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii") if parts.hostname else ""
    except ValueError as error:
        raise BadAddress(f"{url[:200]!r} is not a web address: {error}.") from None
    if parts.scheme.lower() not in _DEFAULT_PORTS:
        raise BadAddress(f"{url[:200]!r} is not a web address: it must begin with http:// or https://.")
    if not host or len(url) > MAX_LENGTH or "\\" in parts.netloc or "\x00" in url:
        raise BadAddress(
            f"{url[:200]!r} is not a web address: it names no host, holds what no address may, or is too long."
        )
    if parts.username or parts.password:
        raise BadAddress(f"The address for {host} carries a user name or password; give it without.")
    scheme = parts.scheme.lower()
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        netloc += f":{port}"
    path = quote(
        unquote(re.sub(r"/{2,}", "/", parts.path), errors="surrogateescape"),
        _UNRESERVED,
        errors="surrogateescape",
    )
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.match(k)])
    return urlunsplit((scheme, netloc, path or "/", query, ""))


def meant_url(url: str) -> str:
    """The address of an AFPIMS article that a mail system or an archive carries behind its own, else the one given.

    Only who names an address may mean another by it; nothing that was discovered is read so.
    """
    address = unquote(unquote(url[:MAX_LENGTH]))
    inner = [result.end() for result in _INNER.finditer(address)]
    article = _ARTICLE.match(address, inner[-1]) if len(inner) > 1 else None
    return f"https://{article['host']}{article['path']}" if article and _is_afpims(article["host"].lower()) else url


def site_family(host: str) -> str:
    """The family a host counts its articles in: `defense` for defense.gov and war.gov, `af` for www.af.mil."""
    bare = host.lower().removeprefix("www.")
    return FAMILIES.get(bare) or bare.removesuffix(".mil")


def numbered_key(host: str, number: int) -> str:
    """The identity of an article that its publishing system keeps under a number: `afpims/defense:644123`.

    The number alone is none, because each family counts for itself.
    """
    return f"{NUMBERED}{site_family(host)}:{number}"


def registrable(host: str) -> str:
    """The part of a host that somebody registered: news.example.gov.uk is of example.gov.uk, a number of itself.

    A port is a part of the host.
    """
    bare = host.lower().removeprefix("www.")
    labels = bare.split(".")
    if bare in FAMILIES or labels[-1].partition(":")[0].isdigit() or len(labels) <= _REGISTERED:
        return FAMILIES.get(bare, bare)
    below_country = len(labels[-1]) == _COUNTRY and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-(_REGISTERED + below_country) :])


def profile_host(url: str | None) -> str | None:
    """The host that a site profile is learned of: without `www`, with a port that is not the usual one; None for none.

    Nothing else is taken off: the sub-domains of a newsroom are built by different people.
    """
    try:
        parts = urlsplit(url or "")
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return None
    usual = port is None or _DEFAULT_PORTS.get(parts.scheme) == port
    return (host if usual else f"{host}:{port}") or None


def page_key(url: str) -> str:
    """The identity of a page: `afpims/defense:644123`, or its address without scheme, `www` and trailing slash."""
    parts = urlsplit(canonical_url(url))
    host = (parts.netloc or "").removeprefix("www.")
    number = _ARTICLE_NUMBER.search(parts.path + ("?" + parts.query if parts.query else ""))
    if number and _is_afpims(host):
        return numbered_key(host, int(number[1] or number[2]))
    return address_key(url)


def address_key(url: str) -> str:
    """The identity of a page that goes by its address alone: without scheme, `www` and trailing slash."""
    parts = urlsplit(canonical_url(url))
    return parts.netloc.removeprefix("www.") + parts.path.rstrip("/") + ("?" + parts.query if parts.query else "")


def article_id(key: str) -> str:
    """The public id of the article with this identity: the same on every installation, now and after a rebuild."""
    return "art_" + b32encode(hashlib.sha256(key.encode()).digest()[:10]).decode().lower()


def _is_afpims(host: str) -> bool:
    name = host.split(":", maxsplit=1)[0]
    return name in FAMILIES or name.endswith((".mil", ".defense.gov", ".war.gov"))
