"""`dateline pages`: every page that is known, where it is, and what became of it.

Exit status: 0 when something was found, 1 when nothing was, 2 when it was not understood or there is no such page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import client
from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, error, print_json, show, show_facts
from services.cli.parsing import After
from services.contracts.article import RejectionReason
from services.contracts.choices import PageState, PageVerdict

if TYPE_CHECKING:
    from services.fetcher.pages.api import PageLine, ShownBy

app = group("Pages: find any page that is known, and what became of it.", cls=ListsByDefault)

Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, max=2**63 - 1, help="As the list shows it.")]


@app.command("list")
def list_pages(
    address: Annotated[
        str | None, typer.Argument(help="A whole address, the beginning of one, or a part of one.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Of this source.")] = None,
    host: Annotated[str | None, typer.Option(help="At this host, as in an address.")] = None,
    state: Annotated[PageState | None, typer.Option(help="Where it is.")] = None,
    verdict: Annotated[PageVerdict | None, typer.Option(help="What its newest capture gave.")] = None,
    reason: Annotated[RejectionReason | None, typer.Option(help="Rejected as.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 20,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Lists the pages that are known, those found last first."""
    from services.fetcher.pages.api import PageLine

    chosen: dict[str, Any] = {
        "source": source,
        "host": host,
        "state": state,
        "verdict": verdict,
        "reason": reason,
        "address": address,
    }
    rows, following = client.listed("/pages", "pages", limit, after=after, **chosen)
    if as_json:
        print_json({"pages": rows, "next": following})
    elif rows:
        shown = [_row(PageLine.model_validate(row)) for row in rows]
        show(Listing(("page", "source", "state", "verdict", "next visit", "address"), shown))
        if following:
            error("There are more: raise --limit, or say more about them.")
    if not rows:
        client.refuse_unknown_source(source)
        error("No page is like that." if any(chosen.values()) else "There are no pages yet.")
        raise typer.Exit(1)


@app.command("show")
def show_page(number: Number, as_json: AsJson = False) -> None:
    """Shows one page: where it is, how the last look went, and what its newest capture gave."""
    from services.fetcher.pages.api import PageLine

    page = client.get(f"/pages/{number}", {404: f"There is no page {number}; `dateline pages` lists those there are."})
    if as_json:
        print_json(page)
    else:
        show_facts(_facts(PageLine.model_validate(page)))


def _row(page: PageLine) -> tuple[object, ...]:
    stands = f"{page.verdict}: {page.reason}" if page.reason else page.verdict
    sources = ", ".join(dict.fromkeys([page.source, *(channel.source for channel in page.channels)]))
    return (page.id, sources, page.state.replace("_", " "), stands, page.next_visit_at, page.url)


def _facts(page: PageLine) -> dict[str, Any]:
    channels = tuple(map(_channel, page.channels))
    mapping = {"page": page.id, "address": page.url, "title": page.title, "source": page.source, "shown by": channels}
    looks = {"found": page.discovered_at, "last look": page.visited_at, "outcome": page.outcome, "detail": page.detail}
    read = {"verdict": page.verdict, "reason": page.reason, "because": page.because, "article": page.article}
    fields = {"newest capture": page.capture, "of": page.fetched_at, "readable capture": page.readable}
    waits = {"state": page.state.replace("_", " "), "next visit": page.next_visit_at, "moved to page": page.moved_to}
    return mapping | waits | looks | read | fields


def _channel(shown: ShownBy) -> str:
    channel = f"{shown.kind} {shown.url}" if shown.url else "a channel that is watched no longer"
    at = f", {shown.first_seen:%Y-%m-%d %H:%M:%S}" + (f" at {shown.position}" if shown.position else "")
    return f"{shown.source}: {channel}{at}" + (f": {shown.title}" if shown.title else "")
