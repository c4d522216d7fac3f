"""`dateline reingest`: ingest again, after looking at what it would change.

Exit status: 0 when what was asked for is done, 1 when what was watched did not come to its end, 2 when it was not
understood or is not possible.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args

import typer

from services.cli import client
from services.cli.groups import group
from services.cli.output.terminal import AsJson, counted, error, print_json, show, tell
from services.contracts.article import ArticleKind, RejectionReason
from services.contracts.errors import UserError
from services.contracts.messages import Mode

app = group(
    "Ingest again: reparse the same captures, or refetch. Try it dry, then promote its findings.", no_args_is_help=True
)

Number = Annotated[int, typer.Argument(min=1, help="The number of the re-ingestion.")]
Watch = Annotated[bool, typer.Option(help="Wait until it is done and show how far it is.")]
Option = typer.Option


def _one_of(words: Any) -> str:
    return ", ".join(get_args(words))


def _ordering(mode: Mode) -> Callable[..., None]:
    def order(
        reason: Annotated[str, Option(help="The reason, for the audit log.")] = "",
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
        host: Annotated[str | None, Option(help="Read with the site profile of this host.")] = None,
        not_profile: Annotated[str | None, Option(help="Last read with another site profile than this.")] = None,
        text: Annotated[str | None, Option(help="With these words in the headline or a paragraph.")] = None,
        rejected: Annotated[str | None, Option(help=f"Rejected as: {_one_of(RejectionReason)}.")] = None,
        dead_lettered: Annotated[str | None, Option(help="Dead-lettered with this in the reason.")] = None,
        count: Annotated[bool, Option("--count", help="Only say how many pages that is.")] = False,
        dry_run: Annotated[
            bool, Option(help="Change nothing, and keep every difference, to promote or discard.")
        ] = False,
        forced: Annotated[bool, Option(help="Refetch whole pages, also those said to be not modified.")] = False,
        announce: Annotated[bool, Option(help="Tell endpoints also of what a reparse changes.")] = False,
        watch: Watch = False,
        report: Annotated[bool, Option("--report", help="Wait, then show the report of the dry run.")] = False,
        as_json: AsJson = False,
    ) -> None:
        from services.cli.commands.reingest_watch import watch_to_the_end

        mapping = {"all": everything, "source": source, "urls": url or [], "articles": article or [], "kind": kind}
        mapping |= {"published_from": since, "published_until": until, "layout": layout, "text": text}
        mapping |= {"layout_before": layout_before, "parser_before": parser_before}
        mapping |= {"host": host, "not_profile": not_profile}
        mapping |= {"rejected": rejected, "dead_lettered": dead_lettered}
        scope = {name: value for name, value in mapping.items() if value}
        if source and not _pages_in(scope) and not _pages_in({"source": source}):
            client.refuse_unknown_source(source)
        if count:
            _count(scope, as_json=as_json)
            return
        if not reason:
            raise UserError("Say why with --reason; it is kept in the audit log.")
        fields = {"scope": scope, "mode": mode, "dry_run": dry_run, "forced": forced, "announce": announce}
        number = _accept(fields | {"reason": reason}, as_json=as_json)
        finished = watch_to_the_end(number) if watch or report else True
        if report:
            show_report(number, as_json=as_json)
        elif as_json:
            print_json(_get(number))
        if not finished:
            raise typer.Exit(1)

    return order


app.command("reparse", help="Reads the same captures again. Nobody is asked for anything.")(_ordering("reparse"))
app.command("refetch", help="Looks at the pages afresh, at the pace that their hosts allow.")(_ordering("refetch"))


@app.command("list")
def list_reingestions(
    limit: Annotated[int, Option(min=1, max=200, help="How many at most.")] = 20, as_json: AsJson = False
) -> None:
    """Lists what was ordered, the newest first."""
    from services.cli.output.reingest_tables import listing
    from services.reingest.views import ReingestionView

    rows, _ = client.listed("/admin/reingestions", "reingestions", limit)
    if as_json:
        print_json(rows)
    elif not rows:
        error("Nothing was ingested again yet.")
    else:
        show(listing([ReingestionView.model_validate(row) for row in rows]))


@app.command("show")
def show_reingestion(number: Number, watch: Watch = False, as_json: AsJson = False) -> None:
    """Shows one, and with --watch how it, or its promotion, goes on."""
    from services.cli.commands.reingest_watch import view_of, watch_promotion, watch_to_the_end
    from services.cli.output.reingest_tables import listing

    view = view_of(number)
    to_the_end = watch_promotion if view.preview in {"promoting", "paused", "cancelling"} else watch_to_the_end
    finished = to_the_end(number) if watch else True
    if as_json:
        print_json(_get(number))
    else:
        show(listing([view_of(number)]))
    if not finished:
        raise typer.Exit(1)


@app.command("report")
def show_report(number: Number, as_json: AsJson = False) -> None:
    """Shows how far a dry run would reach: by outcome, source, layout and field, with samples."""
    from services.cli.commands.reingest_watch import view_of
    from services.cli.output.reingest_tables import reach_tables
    from services.reingest.views import ReingestionReport

    if not view_of(number).dry_run:
        raise UserError(f"Re-ingestion {number} was no dry run, and kept no differences.")
    entry = client.get(f"/admin/reingestions/{number}/report")
    if as_json:
        print_json(entry)
        return
    for table in reach_tables(ReingestionReport.model_validate(entry)):
        show(table)


@app.command()
def promote(number: Number, watch: Watch = False, as_json: AsJson = False) -> None:
    """Does exactly what a dry run found. A page that changed since is left alone and reported as stale."""
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
    """Takes no more pages until it is resumed. A promotion alike."""
    _steer("pause", number, as_json=as_json)


@app.command()
def resume(number: Number, as_json: AsJson = False) -> None:
    """Goes on where it, or its promotion, was paused."""
    _steer("resume", number, as_json=as_json)


@app.command()
def cancel(number: Number, as_json: AsJson = False) -> None:
    """Takes no more pages for good, also of a promotion. Finished pages stay as they are."""
    _steer("cancel", number, as_json=as_json)


def _count(scope: Mapping[str, Any], *, as_json: bool) -> None:
    pages = _pages_in(scope)
    if as_json:
        print_json({"pages": pages})
    else:
        tell(f"{counted(pages, 'page', 'pages')}.")


def _pages_in(scope: Mapping[str, Any]) -> int:
    pages: int = client.order("POST", "/admin/reingestions/scope", {"scope": scope})["pages"]
    return pages


def _accept(words: Mapping[str, Any], *, as_json: bool) -> int:
    made = client.order("POST", "/admin/reingestions", words)
    number: int = made["id"]
    if not as_json:
        tell(f"Re-ingestion {number} of {counted(made['expected'], 'page', 'pages')} is accepted.")
    return number


def _steer(verb: str, number: int, *, as_json: bool) -> None:
    view = client.order("POST", f"/admin/reingestions/{number}/{verb}", None, _unknown(number))
    if as_json:
        print_json(view)
    else:
        preview = view["preview"]
        tell(f"Re-ingestion {number} is {preview if preview not in {None, 'open'} else view['state']}.")


def _get(number: int) -> Any:
    return client.get(f"/admin/reingestions/{number}", _unknown(number))


def _unknown(number: int) -> dict[int, str]:
    return {404: f"There is no re-ingestion {number}; `dateline reingest list` shows those there are."}
