"""`dateline sources`: what is watched, how it has been, and orders of the operator.

These commands write to the database like everybody else; a running service picks it up at once, and a service that is
not running will when it starts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, counted, error, print_json, show, show_facts, tell
from services.cli.parsing import parse_into
from services.contracts.choices import ChannelKind
from services.contracts.errors import UserError

if TYPE_CHECKING:
    from sqlmodel import Session

    from services.fetcher.api import ChannelView, SourceView

app = group("Sources: list, add, pause, resume, poll, remove.", cls=ListsByDefault)

Name = Annotated[str, typer.Argument(help="The source's name, as the list shows it.")]
Names = Annotated[list[str], typer.Argument(help="Names of sources, as the list shows them.")]


@app.command("list")
def list_sources(
    name: Annotated[str | None, typer.Argument(help="Only this source, with each of its channels in full.")] = None,
    load: Annotated[Path | None, typer.Option(help="Read sources from this TOML file first.")] = None,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="Read the sources that come with Dateline first.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Lists the sources and how their channels have been; or shows one."""
    from services.cli.commands.up import SEEDS
    from services.cli.operator import OPERATOR
    from services.fetcher import sources as watched
    from services.fetcher.api import list_sources as view_sources
    from services.runtime import audit_log, bus
    from services.runtime.database import transaction, utcnow

    if load := SEEDS if defaults else load:
        with transaction() as session:
            added, changed = watched.load(session, watched.read_sources(load), utcnow())
            audit_log.note(session, OPERATOR, "sources.loaded", f"file {load.name}", utcnow())
        bus.flush()
        error(f"{added} added, {changed} changed.")
    if name:
        _show_one(_view(name), as_json=as_json)
        return
    views = view_sources(OPERATOR)
    if as_json:
        print_json(views)
    elif not views:
        error("There are no sources yet; `dateline sources --defaults` brings those that come with Dateline.")
    else:
        columns = ("source", "channel", "last look", "how it went")
        show(Listing(columns, [row for view in views for row in _rows(view)]))


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="A new name: small letters, digits and hyphens.")],
    url: Annotated[list[str], typer.Argument(help="The addresses of its channels.")],
    kind: Annotated[ChannelKind, typer.Option(help="What the channels are.")] = "feed",
    title: Annotated[str, typer.Option(help="Its name for people.")] = "",
    page: Annotated[list[str] | None, typer.Option(help="A pattern of its articles' addresses.")] = None,
    host: Annotated[list[str] | None, typer.Option(help="A host of articles, beside the channels' own.")] = None,
    interval: Annotated[float | None, typer.Option(help="Seconds between two looks.")] = None,
    as_json: AsJson = False,
) -> None:
    """Watches a source from now on; what is there already is stored and not announced."""
    from services.fetcher import sources as watched
    from services.fetcher.sources import SourceSeed
    from services.runtime import bus
    from services.runtime.database import transaction, utcnow

    channels = [{"kind": kind, "url": each, "interval": interval} for each in url]
    named = {"name": name, "title": title, "hosts": host or (), "pages": page or (), "channels": channels}
    seed = parse_into(SourceSeed, named)
    with transaction() as session:
        if watched.is_known(session, name):
            raise UserError(f"There is a source {name!r} already; `dateline sources --load FILE` changes it.")
        watched.register(session, seed, utcnow())
        _note(session, "added", name)
    bus.flush()
    _tell(name, f"{name} is watched from now on; the first poll is due.", as_json=as_json)


@app.command()
def pause(name: Name, as_json: AsJson = False) -> None:
    """Looks neither at the source nor at its pages until it is resumed."""
    from services.fetcher import sources as watched
    from services.runtime.database import transaction

    with transaction() as session:
        watched.pause(session, name)
        _note(session, "paused", name)
    _tell(name, f"{name} is paused.", as_json=as_json)


@app.command()
def resume(name: Name, as_json: AsJson = False) -> None:
    """Looks at the source again, beginning now."""
    from services.fetcher import sources as watched
    from services.runtime import bus
    from services.runtime.database import transaction

    with transaction() as session:
        watched.pause(session, name, paused=False)
        _note(session, "resumed", name)
    bus.flush()
    _tell(name, f"{name} is watched again.", as_json=as_json)


@app.command()
def remove(name: Name, as_json: AsJson = False) -> None:
    """Watches the source no longer. Its articles and captures stay."""
    from services.fetcher import sources as watched
    from services.runtime.database import transaction

    with transaction() as session:
        watched.remove(session, name)
        _note(session, "removed", name)
    if as_json:
        print_json({"removed": name})
    else:
        tell(f"{name} is watched no longer; its articles stay.")


@app.command()
def poll(source: Names, as_json: AsJson = False) -> None:
    """Looks at all channels of these sources now."""
    from services.fetcher import sources as watched
    from services.runtime import bus
    from services.runtime.database import transaction

    with transaction() as session:
        channels = sum(watched.poll_now(session, name) for name in source)
        for name in source:
            _note(session, "polled", name)
    bus.flush()
    if as_json:
        print_json({"channels": channels})
    else:
        tell(f"{counted(channels, 'channel is', 'channels are')} due now.")


def _note(session: Session, done: str, name: str) -> None:
    from services.cli.operator import OPERATOR
    from services.runtime import audit_log
    from services.runtime.database import utcnow

    audit_log.note(session, OPERATOR, f"source.{done}", f"source {name}", utcnow())


def _tell(name: str, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_view(name))
    else:
        tell(sentence)


def _view(name: str) -> SourceView:
    from services.cli.operator import OPERATOR
    from services.fetcher import sources as watched
    from services.fetcher.api import list_sources as view_sources
    from services.runtime.database import reading

    with reading() as session:
        watched.find_source(session, name)  # names those there are, when this is none of them
    return next(view for view in view_sources(OPERATOR) if view.name == name)


def _rows(view: SourceView) -> Iterator[Sequence[object]]:
    for channel in view.channels:
        blocked = f"blocked {counted(view.blocked, 'time', 'times')}" if view.blocked else None
        said = (
            "paused" if view.paused else channel.outcome,
            blocked,
            channel.alarm or channel.detail,
            channel.retrying or view.retrying,
        )
        yield (view.name, channel.url, channel.polled_at or "not yet", "; ".join(filter(None, said)))


def _show_one(view: SourceView, *, as_json: bool) -> None:
    if as_json:
        print_json(view)
        return
    state = "paused" if view.paused else "watched"
    blocked = counted(view.blocked, "answer", "answers") if view.blocked else None
    facts = {"source": view.name, "title": view.title, "state": state, "blocked": blocked}
    show_facts(facts | {"last block": view.blocked_at, "because": view.blocked_detail, "retrying": view.retrying})
    for channel in view.channels:
        typer.echo()
        show_facts(_facts(channel))


def _facts(channel: ChannelView) -> dict[str, Any]:
    looked: dict[str, Any] = {"last look": channel.polled_at or "not yet", "last success": channel.succeeded_at}
    counts = {"listed": channel.listed, "new": channel.fresh, "failures": channel.failures}
    named = {channel.kind: channel.url, **looked, "outcome": channel.outcome, **counts}
    return named | {"trouble": channel.detail, "alarm": channel.alarm, "retrying": channel.retrying}
