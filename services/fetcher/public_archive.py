"""Asking a public archive to save a page, with the form that it offers to everybody ("Save Page Now")."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urljoin, urlsplit

from services.contracts.messages import AskPublicArchive
from services.fetcher.schedule import UNWELL, wait
from services.runtime.egress import Client, EgressError, Limits, Response, retry_after, send
from services.runtime.provenance.public_copies import PublicCopyRow

LIMITS = Limits(seconds=60.0, wire=2_000_000, decoded=5_000_000)
"""An archive saves the page while it answers."""
TRIES = 5
"""After so many failures it is left at the last answer."""
LONGEST = timedelta(days=1)
"""An archive may ask for a year; it is asked again tomorrow."""
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class ArchiveAnswer:
    """How it went, in one sentence; the address of the copy, if there is one; when to ask again, if at all."""

    outcome: str
    detail: str
    url: str | None = None
    again: timedelta | None = None
    silent: bool = False


def ask_archive(client: Client, order: AskPublicArchive, now: datetime, *, scale: float) -> ArchiveAnswer:
    """Sends the form. Never raises for what the archive does."""
    fields = urlencode({"url": order.url}).encode()
    try:
        answer = send(client, "POST", order.form, headers={"content-type": FORM}, content=fields, limits=LIMITS)
    except EgressError as trouble:
        return _again(order, "unavailable", str(trouble), scale=scale)
    name = urlsplit(order.form).netloc
    if answer.status in {429, 503} or answer.status >= 500:
        sentence = f"{name} answered {answer.status}: it cannot save the page now."
        pause = retry_after(answer.header("retry-after"), now)
        return _again(order, "unavailable", sentence, scale=scale, pause=min(pause, LONGEST) if pause else None)
    if answer.status >= 400:
        return ArchiveAnswer("refused", f"{name} answered {answer.status}: it does not save the page.")
    copy = _copy(answer, order)
    return ArchiveAnswer("saved", f"{name} has saved the page." if copy else f"{name} has taken the order.", copy)


def public_copy_of(order: AskPublicArchive, answer: ArchiveAnswer, now: datetime) -> PublicCopyRow:
    """The answer, as it is kept with the revision."""
    return PublicCopyRow(
        article=order.article,
        revision=order.revision,
        form=order.form,
        asked_at=now,
        url=answer.url,
        detail=answer.detail,
    )


def _copy(answer: Response, order: AskPublicArchive) -> str | None:
    """Where the copy is, as the archive says: not the form again, and not the page itself."""
    for name in ("content-location", "location"):
        if place := answer.header(name):
            url = urljoin(order.form, place)
            if urlsplit(url).scheme in {"http", "https"} and url not in {order.form, order.url}:
                return url[:2_000]
    return None


def _again(
    order: AskPublicArchive, outcome: str, detail: str, *, scale: float, pause: timedelta | None = None
) -> ArchiveAnswer:
    if order.tries + 1 >= TRIES:
        return ArchiveAnswer(outcome, detail)
    return ArchiveAnswer(outcome, detail, again=max(wait(UNWELL, order.tries, scale), pause or timedelta()))
