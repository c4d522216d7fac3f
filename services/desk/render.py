"""Templates and what they may use. Everything is escaped; nothing runs but our own script."""

import hashlib
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from services.runtime.database import utcnow

# Pictures come from the newsroom itself, without telling it where they are looked at.
POLICY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' https: http:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    # Other sites hear nothing; our own form would say that it comes from nowhere under `no-referrer`.
    "Referrer-Policy": "same-origin",
}
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@cache
def static() -> dict[str, tuple[bytes, str]]:
    """The files that pages load, by name: bytes and type."""
    fields = {entry.name: entry.read_bytes() for entry in (files("services.desk") / "static").iterdir()}
    return {name: (body, _TYPES[end]) for name, body in fields.items() if (end := name.rpartition(".")[2]) in _TYPES}


def rendered(template: str, **words: Any) -> str:
    """The page as HTML; a name that the template does not get is an error, not an empty place."""
    return _templates().get_template(template).render(words)


def when(moment: str | datetime | None) -> Markup:
    """A time as people read it, in UTC, with the exact one for machines; a bare date stays a date."""
    if not moment:
        return Markup('<span class="none">–</span>')
    exact = _moment(moment)
    if not isinstance(exact, datetime):
        return Markup('<time datetime="{0}">{1}</time>').format(exact.isoformat(), f"{exact:%-d %b %Y}")
    exact = exact.astimezone(UTC)
    return Markup('<time datetime="{0}" title="{1}">{2}</time>').format(
        exact.isoformat(), f"{exact:%Y-%m-%d %H:%M:%S} UTC", f"{exact:%-d %b %Y, %H:%M} UTC"
    )


def ago(moment: str | datetime | None) -> Markup:
    """How long ago, or in how long, in one unit."""
    if not moment:
        return Markup('<span class="none">never</span>')
    exact = _moment(moment)
    if not isinstance(exact, datetime):
        return when(moment)
    seconds = (utcnow() - exact).total_seconds()
    text = f"{duration(seconds)} ago" if seconds >= 0 else f"in {duration(-seconds)}"
    return Markup('<time datetime="{0}" title="{1}">{2}</time>').format(
        exact.isoformat(), f"{exact.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC", text
    )


def duration(seconds: float | None) -> str:
    """A length of time in one unit, as coarse as it may be."""
    if seconds is None:
        return "–"
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def number(count: float | None) -> str:
    """A number with its thousands apart."""
    return "–" if count is None else f"{count:,}"


def _moment(moment: str | date) -> date:
    if isinstance(moment, date):
        return moment
    return date.fromisoformat(moment) if len(moment) == len("2024-12-02") else datetime.fromisoformat(moment)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("services.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"when": when, "ago": ago, "duration": duration, "number": number}
    made.globals["version"] = {name: hashlib.sha256(body).hexdigest()[:12] for name, (body, _) in static().items()}
    return made
