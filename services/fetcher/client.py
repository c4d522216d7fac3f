"""One look at one address: `get` asks, follows redirects within the host, and names what came of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from services.contracts.urls import BadAddress, canonical_url
from services.fetcher.answers import (
    Answer,
    Blocked,
    Empty,
    Fetched,
    Gone,
    Moved,
    NotModified,
    RequestRefused,
    Unavailable,
    Validators,
)
from services.fetcher.bot_walls import error_page, soft_404, wall
from services.runtime.egress import (
    Client,
    EgressError,
    Forbidden,
    Limits,
    Response,
    TimedOut,
    TooLarge,
    deadline,
    retry_after,
    send,
)

MAX_REDIRECTS = 5
LONGEST_RETRY_AFTER = timedelta(days=1)
"""A server may ask for a year; we look again tomorrow."""

May = Callable[[str], RequestRefused | Blocked | Unavailable | None]


def get(
    client: Client,
    url: str,
    *,
    now: datetime,
    limits: Limits,
    validators: Validators = Validators(),  # noqa: B008 - frozen
    may: May = lambda _url: None,
) -> Answer:
    """Asks for the address, with all its redirects, within one deadline. Never raises for what a server does.

    Each hop is asked about with `may`; a hop to another host is not taken but returned as `Moved`.
    """
    here, permanent, visited = url, True, {url}
    first: Fetched | None = None
    with deadline(limits.seconds):
        while True:
            answer = may(here) or _ask(client, here, now, limits, validators)
            if isinstance(answer, Fetched):
                return replace(answer, permanent=permanent, redirect=first)
            if not isinstance(answer, Moved):
                return answer
            permanent, first = permanent and answer.permanent, first or answer.came
            if _host(answer.url) != _host(url):
                return replace(answer, permanent=permanent, came=first)
            if answer.url in visited or len(visited) > MAX_REDIRECTS:
                return Unavailable(f"{_host(url)} redirects in circles, or more than {MAX_REDIRECTS} times.")
            here = answer.url
            visited.add(here)


def _ask(client: Client, url: str, now: datetime, limits: Limits, validators: Validators) -> Answer:
    try:
        response = send(client, "GET", url, headers=validators.headers(), limits=limits)
    except (Forbidden, TooLarge) as error:
        return RequestRefused(str(error))
    except TimedOut as error:
        return Unavailable(str(error), silent=True)
    except EgressError as error:
        return Unavailable(str(error))
    answer = _named(response, url, now)
    return replace(answer, came=_page(response, url)) if isinstance(answer, Blocked | Empty | Gone | Moved) else answer


def _named(response: Response, url: str, now: datetime) -> Answer:  # noqa: PLR0911 - one line for each kind of weather
    host, status = _host(url), response.status
    wait = _pause(response, now)
    if labels := wall(response):
        return Blocked(f"{host} answers with {labels} instead of the page.", wait, status)
    match status:
        case 200 | 203:
            return _fetched(response, url)
        case 304 if _conditional(response):
            return NotModified()
        case 301 | 302 | 303 | 307 | 308:
            return _moved(response, url)
        case 404 | 410 | 451:
            sentence = f"{host} answered {status}: there is no such page" + (" any more." if status != 404 else ".")
            return Gone(sentence, status)
        case 401 | 403 | 407:
            return Blocked(f"{host} answered {status}: it does not let us see the page.", wait, status)
        case 429 | 503:
            return Blocked(f"{host} answered {status}: it asks us to come back later.", wait, status)
        case _ if status >= 500:
            return Unavailable(f"{host} answered {status}: it cannot serve the page now.", wait, status)
        case _:
            return Unavailable(f"{host} answered {status}, which brings no page.", wait, status)


def _conditional(response: Response) -> bool:
    return any(name.lower().startswith("if-") for name, _ in response.request_headers)


def _pause(response: Response, now: datetime) -> timedelta | None:
    query = retry_after(response.header("retry-after"), now)
    return None if query is None else min(max(query, timedelta()), LONGEST_RETRY_AFTER)


def _fetched(response: Response, url: str) -> Fetched | Empty:
    if not response.body.strip():
        return Empty(f"{_host(url)} answered with an empty page.")
    if error_page(response.body):
        return Empty(f"{_host(url)} shows an error page as if it were the page.", is_error_page=soft_404(response.body))
    return _page(response, url)


def _page(response: Response, url: str) -> Fetched:
    return Fetched(
        url=url,
        status=response.status,
        headers=response.headers,
        body=response.body,
        request_headers=response.request_headers,
        began=response.began,
        validators=Validators(_repeatable(response.header("etag")), _repeatable(response.header("last-modified"))),
    )


def _moved(response: Response, url: str) -> Answer:
    # Header bytes reach us as Latin-1; an address that was written in UTF-8 becomes itself again.
    location = (response.header("location") or "").encode("latin-1", "replace").decode("utf-8", "replace")
    if not location:
        return Unavailable(
            f"{_host(url)} answered {response.status} without saying where the page is.", None, response.status
        )
    try:
        return Moved(canonical_url(location, base=url), permanent=response.status in {301, 308})
    except BadAddress as error:
        return RequestRefused(f"{_host(url)} redirects to what cannot be visited: {error}")


def _repeatable(value: str | None) -> str | None:
    # What we cannot send back is no validator.
    return value if value and len(value) <= 300 and value.isascii() else None


def _host(url: str) -> str:
    return urlsplit(url).netloc
