"""Templates and what they may use. Everything is escaped; nothing runs but our own script."""

import hashlib
import re
from datetime import UTC, tzinfo
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.desk.times import ago, duration, exact, next_time, shown_in, when, zone_name

# Pictures come from the newsroom itself, without telling it where they are looked at.
POLICY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' https: http:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    # Other sites hear nothing; our own form would say that it comes from nowhere under `no-referrer`.
    "Referrer-Policy": "same-origin",
}
_DIGEST = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@cache
def static() -> dict[str, tuple[bytes, str]]:
    """The files that pages load, by name: bytes and type."""
    fields = {entry.name: entry.read_bytes() for entry in (files("services.desk") / "static").iterdir()}
    return {name: (body, _TYPES[end]) for name, body in fields.items() if (end := name.rpartition(".")[2]) in _TYPES}


def rendered(template: str, zone: tzinfo = UTC, **words: Any) -> str:
    """The page as HTML, its times in this zone; a name that the template does not get is an error."""
    with shown_in(zone):
        return _templates().get_template(template).render(words)


def number(count: float | None) -> str:
    """A number with its thousands apart."""
    return "–" if count is None else f"{count:,}"


def short_digests(sentence: str) -> str:
    """A sentence with the beginnings of the digests in it, which are enough for people to tell them apart."""
    return _DIGEST.sub(r"\1", sentence)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("services.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "when": when,
        "exact": exact,
        "ago": ago,
        "due": next_time,
        "duration": duration,
        "number": number,
        "short_digests": short_digests,
    }
    made.globals["version"] = {name: hashlib.sha256(body).hexdigest()[:12] for name, (body, _) in static().items()}
    made.globals["zone_name"] = zone_name
    return made
