"""The origin that a page's messages carry from the fetcher to the store."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from sqlmodel import Session

from services.contracts.messages import Cause, Origin, ParsePage, Preview, Reingestion
from services.contracts.urls import profile_host
from services.fetcher.models import IMPORT, Page
from services.runtime.ledger.jobs import Outgoing
from services.runtime.provenance import profiles, verdicts
from services.runtime.provenance.results import Result
from services.runtime.provenance.verdicts import Verdict

Verdicts = Mapping[int, Verdict]
"""What became of some pages, by their ids."""


def verdicts_of(
    session: Session, looks: Iterable[tuple[Page, Reingestion | None]], also: Collection[int] = ()
) -> Verdicts:
    """What became of those of these pages whose origin, or whose result, depends on it; and of some others."""
    results = set(also) | {page.id or 0 for page, again in looks if (again.dry_run if again else _is_old(page))}
    return verdicts.find_all(session, results) if results else {}


def origin_of(page: Page, known: Verdicts, again: Reingestion | None = None) -> Origin:
    """Which page it is and why we looked at it; `known` are the `verdicts_of` it and others."""
    return Origin(
        page=page.id or 0,
        key=page.key,
        url=page.url,
        source=page.source,
        cause=_cause(page, known, again),
        reingestion=again.id if again else None,
        dry_run=bool(again and again.dry_run),
        announce=bool(again and again.announce),
        published=page.published,
        published_in=(page.published_in or page.channel) if page.published else None,
        **(_before(page, known) if again and again.dry_run else {}),
    )


def result_of(
    page: Page, known: Verdicts, again: Reingestion | None, outcome: Literal["unchanged", "unavailable"]
) -> Result | None:
    """How a page of a re-ingestion ended; None of a visit by plan."""
    if again is None:
        return None
    return Result(again.id, page.id or 0, outcome, preview=_nothing_found(page, known, again))


def with_profiles(
    session: Session, messages: Sequence[Outgoing], known: Mapping[str, str | None] | None = None
) -> list[Outgoing]:
    """These messages; what is to be read is read with the site profile that its host has now.

    `known` are the profiles of hosts that have been asked for already; None of one that has none.
    """
    orders = [outgoing.message for outgoing in messages if isinstance(outgoing.message, ParsePage)]
    hosts = {profile_host(order.origin.url) for order in orders}
    digests = {**(known or {}), **profiles.current_profiles(session, hosts - (known or {}).keys())}
    return [_with_profile(outgoing, digests) for outgoing in messages]


def _with_profile(outgoing: Outgoing, digests: Mapping[str, str | None]) -> Outgoing:
    order = outgoing.message
    if not isinstance(order, ParsePage):
        return outgoing
    digest = digests.get(profile_host(order.origin.url) or "")
    return replace(outgoing, message=order.model_copy(update={"profile": digest})) if digest else outgoing


def _before(page: Page, known: Verdicts) -> dict[str, Any]:
    """How the page was before a dry run: what it finds is only done later if the page is still so."""
    verdict = known.get(page.id or 0)
    rejected = verdict is not None and verdict.rejects(page.capture, page.fetched_at)
    return {"newest": page.capture, "was_rejected": verdict.rejected_reason if verdict and rejected else None}


def _nothing_found(page: Page, known: Verdicts, again: Reingestion) -> Preview | None:
    if not again.dry_run:
        return None
    verdict = known.get(page.id or 0)
    layout = verdict and verdict.read_layout
    return Preview(article=verdict and verdict.article, layout=layout, origin=origin_of(page, known, again))


def _cause(page: Page, known: Verdicts, again: Reingestion | None) -> Cause:
    if again is not None:
        return again.mode
    if page.source == IMPORT:
        return "import"
    # Once its first article is known, what changes on a page of the backlog is news like any other. What changed since
    # it was imported, and before we came, is not.
    gave_an_article = (verdict := known.get(page.id or 0)) is not None and verdict.article is not None
    return "backlog" if page.backlog and not (_is_old(page) and gave_an_article) else "live"


def _is_old(page: Page) -> bool:
    """Whether what a page of the backlog gave before makes its next article news."""
    return page.backlog and page.source != IMPORT and page.visited_at is not None
