"""How a look at an address can end. Each outcome is expected; one that is not a page says why in one sentence."""

from dataclasses import dataclass, field
from datetime import timedelta

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Validators:
    """What the last answer was marked with, to ask whether anything changed since."""

    etag: str | None = None
    last_modified: str | None = None
    fresh: bool = False
    """Whether all of it is wanted, and not what a cache on the way has kept."""

    def headers(self) -> dict[str, str]:
        """The headers of a conditional request; none without validators."""
        both = {"if-none-match": self.etag, "if-modified-since": self.last_modified}
        both |= {"cache-control": "no-cache" if self.fresh else None}
        return {name: value for name, value in both.items() if value}


@dataclass(frozen=True)
class Fetched:
    """The bytes are here. `url` is where they were found; `permanent` if every redirect was meant to stay.

    `began` is when the answer began, by the monotonic clock.
    """

    url: str
    status: int
    headers: Headers
    body: bytes = field(repr=False)
    request_headers: Headers = ()
    validators: Validators = Validators()
    permanent: bool = True
    began: float | None = None
    redirect: "Fetched | None" = field(default=None, repr=False, compare=False)
    """The first redirect on the way, if there was one, to be looked at."""

    @property
    def content_type(self) -> str | None:
        """The Content-Type header as sent."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), None)

    @property
    def charset(self) -> str | None:
        """What the Content-Type header calls the encoding."""
        parameters = (part.partition("=") for part in (self.content_type or "").split(";")[1:])
        return next((value.strip(" \"'") for name, _, value in parameters if name.strip().lower() == "charset"), None)


@dataclass(frozen=True)
class NotModified:
    """The same as last time."""


@dataclass(frozen=True)
class Moved:
    """On another host, which has a pace and a robots.txt of its own: the caller decides whether to go there."""

    url: str
    permanent: bool
    came: Fetched | None = field(default=None, repr=False, compare=False)
    """The redirect itself, to be looked at."""


@dataclass(frozen=True)
class Gone:
    """There is no such page, or no longer: 404, 410, or 451."""

    detail: str
    status: int = 404
    came: Fetched | None = field(default=None, repr=False, compare=False)
    """What was sent instead, to be looked at."""


@dataclass(frozen=True)
class Blocked:
    """The site does not serve us and says so in its way: 403, 429, 503, a login, a bot wall, a maintenance notice."""

    detail: str
    retry_after: timedelta | None = None
    status: int | None = None
    came: Fetched | None = field(default=None, repr=False, compare=False)
    """What was sent instead, to be looked at."""


@dataclass(frozen=True)
class Empty:
    """200 without a page: nothing at all, or an error page. No proof that the page is there, nor that it went."""

    detail: str
    came: Fetched | None = field(default=None, repr=False, compare=False)
    is_error_page: bool = False
    """Whether it calls itself missing."""


@dataclass(frozen=True)
class Unavailable:
    """Not now; later perhaps. `status` when there was an answer at all; `silent` when none came in time."""

    detail: str
    retry_after: timedelta | None = None
    status: int | None = None
    silent: bool = False


@dataclass(frozen=True)
class RequestRefused:
    """We do not want it: robots.txt, address, size or kind of content."""

    detail: str


Answer = Fetched | NotModified | Moved | Gone | Blocked | Empty | Unavailable | RequestRefused
