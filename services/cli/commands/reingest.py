"""`dateline reingest`: ingest again, after looking at what it would change.

Exit status: 0 when what was asked for is done, 1 when what was watched did not come to its end, 2 when it was not
understood or is not possible.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from services.cli.groups import group
from services.cli.output.terminal import AsJson, counted, error, print_json, show, tell
from services.cli.parsing import parse_into
from services.contracts.article import ArticleKind, RejectionReason
from services.contracts.errors import UserError
from services.contracts.messages import Mode, Scope

if TYPE_CHECKING:
    from sqlmodel import Session

    from services.reingest.models import ReingestionRow
    from services.reingest.order import Order
    from services.reingest.state import Verb
    from services.reingest.views import ReingestionView

app = group(
    "Ingest again: reparse the same captures, or refetch; try it dry, then promote what it found.", no_args_is_help=True
)

Number = Annotated[int, typer.Argument(min=1, help="The number of the re-ingestion.")]
Watch = Annotated[bool, typer.Option(help="Wait until it is done and show how far it is.")]
Option = typer.Option


def _one_of(words: Any) -> str:
    return ", ".join(get_args(words))


def _ordering(mode: Mode) -> Callable[..., None]:
    def order(
        reason: Annotated[str, Option(help="Why; it is kept in the audit log.")] = "",
        everything: Annotated[bool, Option("--all", help="Every page there is.")] = False,
        source: Annotated[str | None, Option(help="Pages of this source.")] = None,
        url: Annotated[list[str] | None, Option(help="These addresses.")] = None,
        article: Annotated[list[str] | None, Option(help="These articles, by id.")] = None,
        kind: Annotated[str | None, Option(help=f"Articles of this kind: {_one_of(ArticleKind)}.")] = None,
        since: Annotated[str | None, Option("--from", help="Published from this date or time on.")] = None,
        until: Annotated[str | None, Option(help="Published before this date or time.")] = None,
        layout: Annotated[str | None, Option(help="Read by this layout, such as afpims.")] = None,
        layout_before: Annotated[
            str | None, Option(help="Last read by a version of its layout older than this.")
        ] = None,
        parser_before: Annotated[str | None, Option(help="Last read by a parser older than this version.")] = None,
        text: Annotated[str | None, Option(help="With these words in the headline or a paragraph.")] = None,
        rejected: Annotated[str | None, Option(help=f"Rejected as: {_one_of(RejectionReason)}.")] = None,
        set_aside: Annotated[str | None, Option(help="Set aside with this in the reason.")] = None,
        count: Annotated[bool, Option("--count", help="Only say how many pages that is.")] = False,
        dry_run: Annotated[bool, Option(help="Change nothing; keep every difference, to promote or discard.")] = False,
        forced: Annotated[bool, Option(help="Refetch whole pages, also those said to be not modified.")] = False,
        announce: Annotated[bool, Option(help="Tell endpoints also of what a reparse changes.")] = False,
        watch: Watch = False,
        report: Annotated[bool, Option("--report", help="Wait, then show the report of the dry run.")] = False,
        as_json: AsJson = False,
    ) -> None:
        from services.cli.commands.reingest_watch import watch_to_the_end
        from services.reingest.order import Order, OrderedScope

        named = {"all": everything, "source": source, "urls": url or [], "articles": article or [], "kind": kind}
        named |= {"published_from": since, "published_until": until, "layout": layout, "text": text}
        named |= {"layout_before": layout_before, "parser_before": parser_before}
        named |= {"rejected": rejected, "set_aside": set_aside}
        scope = parse_into(OrderedScope, named)
        if count:
            _count(scope, as_json=as_json)
            return
        if not reason:
            raise UserError("Say why with --reason; it is kept in the audit log.")
        words = {"scope": scope, "mode": mode, "dry_run": dry_run, "forced": forced, "announce": announce}
        number = _accept(parse_into(Order, words | {"reason": reason}), as_json=as_json)
        finished = watch_to_the_end(number) if watch or report else True
        if report:
            show_report(number, as_json=as_json)
        elif as_json:
            print_json(_view_of(number))
        if not finished:
            raise typer.Exit(1)

    return order


app.command("reparse", help="Reads the same captures again; nobody is asked for anything.")(_ordering("reparse"))
app.command("refetch", help="Looks at the pages afresh, at the pace that their hosts allow.")(_ordering("refetch"))


@app.command("list")
def list_reingestions(
    limit: Annotated[int, Option(min=1, max=200, help="How many at most.")] = 20, as_json: AsJson = False
) -> None:
    """Lists what was ordered, the newest first."""
    from services.cli.output.reingest_tables import listing
    from services.reingest.models import ReingestionRow
    from services.runtime.database import reading
    from services.runtime.listing import newest

    with reading() as session:
        rows, _ = newest(session, ReingestionRow, limit, None)
        views = [_view(session, row) for row in rows]
    if as_json:
        print_json(views)
    elif not views:
        error("Nothing was ingested again yet.")
    else:
        show(listing(views))


@app.command("show")
def show_reingestion(number: Number, watch: Watch = False, as_json: AsJson = False) -> None:
    """Shows one, and with --watch how it, or its promotion, goes on."""
    from services.cli.commands.reingest_watch import watch_promotion, watch_to_the_end
    from services.cli.output.reingest_tables import listing

    view = _view_of(number)
    to_the_end = watch_promotion if view.preview in {"promoting", "paused", "cancelling"} else watch_to_the_end
    finished = to_the_end(number) if watch else True
    view = _view_of(number)
    if as_json:
        print_json(view)
    else:
        show(listing([view]))
    if not finished:
        raise typer.Exit(1)


@app.command("report")
def show_report(number: Number, as_json: AsJson = False) -> None:
    """Shows how far a dry run would reach: by outcome, source, layout and field, with samples."""
    from services.cli.output.reingest_tables import reach_tables
    from services.reingest.models import ReingestionRow
    from services.reingest.views import whole_report
    from services.runtime.database import reading

    view = _view_of(number)
    if not view.dry_run:
        raise UserError(f"Re-ingestion {number} was no dry run, and kept no differences.")
    with reading() as session:
        found = whole_report(session, session.get_one(ReingestionRow, number), view)
    if as_json:
        print_json(found)
        return
    for table in reach_tables(found):
        show(table)


@app.command()
def promote(number: Number, watch: Watch = False, as_json: AsJson = False) -> None:
    """Does exactly what a dry run found; a page that changed since is left alone and reported as stale."""
    from services.cli.commands.reingest_watch import watch_promotion

    _steer("promote", number, as_json=as_json)
    if watch and not watch_promotion(number):
        raise typer.Exit(1)


@app.command()
def discard(number: Number, as_json: AsJson = False) -> None:
    """Forgets what a dry run found."""
    _steer("discard", number, as_json=as_json)


@app.command()
def pause(number: Number, as_json: AsJson = False) -> None:
    """Takes no more pages until it is resumed; also of a promotion."""
    _steer("pause", number, as_json=as_json)


@app.command()
def resume(number: Number, as_json: AsJson = False) -> None:
    """Goes on where it, or its promotion, was paused."""
    _steer("resume", number, as_json=as_json)


@app.command()
def cancel(number: Number, as_json: AsJson = False) -> None:
    """Takes no more pages for good, also of a promotion; what was done stays done."""
    _steer("cancel", number, as_json=as_json)


def _count(scope: Scope, *, as_json: bool) -> None:
    from services.runtime.database import reading
    from services.scopes import reach

    with reading() as session:
        pages, _ = reach(session, scope, 0)
    if as_json:
        print_json({"pages": pages})
    else:
        tell(f"{counted(pages, 'page', 'pages')}.")


def _accept(order: Order, *, as_json: bool) -> int:
    from services.cli.operator import OPERATOR
    from services.reingest.order import accept
    from services.runtime import bus
    from services.runtime.database import reading, transaction, utcnow
    from services.scopes import reach

    with reading() as session:
        expected, _ = reach(session, order.scope, 0)
    with transaction() as session:
        made = accept(session, order, OPERATOR, utcnow(), expected=expected)
    bus.flush()
    if not as_json:
        tell(f"Re-ingestion {made.id} of {counted(expected, 'page', 'pages')} is accepted.")
    return made.id or 0


def _steer(verb: Verb, number: int, *, as_json: bool) -> None:
    from services.cli.operator import OPERATOR
    from services.reingest import steering
    from services.runtime import bus
    from services.runtime.database import transaction, utcnow

    with transaction() as session:
        view = _view(session, steering.steer(session, verb, number, OPERATOR, utcnow()))
    bus.flush()
    if as_json:
        print_json(view)
    else:
        tell(f"Re-ingestion {number} is {view.preview if view.preview not in {None, 'open'} else view.state}.")


def _view_of(number: int) -> ReingestionView:
    from services.reingest.models import ReingestionRow
    from services.runtime.database import reading

    with reading() as session:
        row = session.get(ReingestionRow, number)
        if row is None:
            raise UserError(f"There is no re-ingestion {number}; `dateline reingest list` shows those there are.")
        return _view(session, row)


def _view(session: Session, row: ReingestionRow) -> ReingestionView:
    from services.reingest import progress
    from services.reingest.views import reingestion_view
    from services.runtime.database import utcnow

    number = row.id or 0
    counts, stuck = progress.counts(session, [row])[number], progress.stuck(session)[number]
    return reingestion_view(row, counts, stuck, utcnow())
