"""`dateline sources`: what is watched, how it has been, and orders of the operator.

A running service picks up at once what they change, and a service that is not running will when it starts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import client
from services.cli.groups import ListsByDefault, group
from services.cli.output.files import write_file
from services.cli.output.terminal import AsJson, Listing, counted, error, print_json, show, show_facts, tell
from services.contracts.choices import ChannelKind
from services.contracts.errors import UserError
from services.contracts.files import FilesRule

if TYPE_CHECKING:
    from services.fetcher.source_views import ChannelView, SourceView

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
    """Lists the sources and how their channels have been, or shows one."""
    from services.cli.commands.up import SEEDS
    from services.fetcher.source_seeds import read_sources
    from services.fetcher.source_views import SourceView

    if load := SEEDS if defaults else load:
        batch = [seed.model_dump(mode="json") for seed in read_sources(load)]
        loaded = client.order("POST", "/sources/batch", {"sources": batch})
        error(f"{loaded['added']} added, {loaded['changed']} changed.")
    if name:
        _show_one(_view(name), as_json=as_json)
        return
    views = client.get("/sources")
    if as_json:
        print_json(views)
    elif not views:
        error("There are no sources yet; `dateline sources --defaults` brings those that come with Dateline.")
    else:
        columns = ("source", "channel", "last look", "how it went")
        show(Listing(columns, [row for view in views for row in _rows(SourceView.model_validate(view))]))


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="A new name: small letters, digits and hyphens.")],
    url: Annotated[list[str], typer.Argument(help="The addresses of its channels.")],
    kind: Annotated[ChannelKind, typer.Option(help="What the channels are.")] = "feed",
    title: Annotated[str, typer.Option(help="Its name for people.")] = "",
    page: Annotated[list[str] | None, typer.Option(help="A pattern of its articles' addresses.")] = None,
    host: Annotated[list[str] | None, typer.Option(help="A host of articles, beside the channels' own.")] = None,
    interval: Annotated[float | None, typer.Option(help="Seconds between two looks.")] = None,
    sender: Annotated[list[str] | None, typer.Option(help="Of a mailbox: whose mails are read.")] = None,
    unlisted: Annotated[
        list[str] | None, typer.Option(help="What no channel lists: links, documents, numbers.")
    ] = None,
    files: Annotated[FilesRule, typer.Option(help="What is kept of its articles besides their pages.")] = "none",
    as_json: AsJson = False,
) -> None:
    """Watches a source from now on. Pages that are there already are stored and not announced."""
    channels = [{"kind": kind, "url": entry, "interval": interval, "senders": sender or ()} for entry in url]
    fields = {"name": name, "title": title, "hosts": host or (), "pages": page or (), "channels": channels}
    fields |= {"files": files, "unlisted": unlisted or []}
    if client.find(f"/sources/{name}"):
        raise UserError(f"There is a source {name!r} already; `dateline sources --load FILE` changes it.")
    client.order("POST", "/sources", fields)
    _tell(name, f"{name} is watched from now on; the first poll is due.", as_json=as_json)


@app.command()
def export(
    name: Annotated[list[str] | None, typer.Argument(help="Names of sources; without one, all.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write it into this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Writes sources as TOML, which `dateline sources --load FILE` takes here or elsewhere."""
    text = client.get("/sources.toml", name=name or None)
    if out is not None:
        write_file(out, text)
    if as_json:
        print_json({"toml": text})
    elif out is None:
        typer.echo(text, nl=False)
    else:
        tell(f"The sources are in {out}.")


@app.command()
def pause(name: Name, as_json: AsJson = False) -> None:
    """Looks neither at the source nor at its pages until it is resumed."""
    client.order("POST", f"/sources/{name}/pause", {"paused": True})
    _tell(name, f"{name} is paused.", as_json=as_json)


@app.command()
def resume(name: Name, as_json: AsJson = False) -> None:
    """Looks at the source again, beginning now."""
    client.order("POST", f"/sources/{name}/pause", {"paused": False})
    _tell(name, f"{name} is watched again.", as_json=as_json)


@app.command()
def remove(name: Name, as_json: AsJson = False) -> None:
    """Watches the source no longer. Its articles and captures stay."""
    client.order("DELETE", f"/sources/{name}")
    if as_json:
        print_json({"removed": name})
    else:
        tell(f"{name} is watched no longer; its articles stay.")


@app.command()
def poll(source: Names, as_json: AsJson = False) -> None:
    """Looks at all channels of these sources now."""
    channels = sum(client.order("POST", f"/sources/{name}/poll")["channels"] for name in source)
    if as_json:
        print_json({"channels": channels})
    else:
        tell(f"{counted(channels, 'channel is', 'channels are')} due now.")


@app.command()
def move(
    old: Annotated[str, typer.Argument(help="The host that the site has left, such as defense.gov.")],
    new: Annotated[str, typer.Argument(help="The host that it is at now.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    announce: Annotated[
        bool, typer.Option("--announce", help="Send article.moved for each article; it is in the log in any case.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Lets a site follow to another host, with its sub-domains: sources, channels, pages and articles."""
    plan = client.order("POST", "/sources/move", {"old": old, "new": new, "dry_run": dry_run, "announce": announce})
    if as_json:
        print_json(plan)
        return
    pages = counted(plan["pages"], "page", "pages")
    tell(f"{pages} would move; nothing was changed." if dry_run else f"{pages} and their articles follow in turns.")
    moved = [*plan["channels"], *plan["sample"]]
    show(Listing(("from", "to"), [(pair["before"], pair["after"]) for pair in moved]))


def _tell(name: str, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_view(name))
    else:
        tell(sentence)


def _view(name: str) -> Any:
    return client.get(f"/sources/{name}")


def _rows(view: SourceView) -> Iterator[Sequence[object]]:
    for channel in view.channels:
        blocked = f"blocked {counted(view.blocked, 'time', 'times')}" if view.blocked else None
        parts = (
            "paused" if view.paused else channel.outcome,
            "pages walled" if view.walled_since else None,
            "silent" if view.rhythm.silent_since else None,
            blocked,
            channel.alarm or channel.detail,
            channel.retrying or view.retrying,
        )
        yield (view.name, channel.url, channel.polled_at or "not yet", "; ".join(filter(None, parts)))


def _show_one(answer: Any, *, as_json: bool) -> None:
    from services.fetcher.source_views import SourceView

    if as_json:
        print_json(answer)
        return
    view = SourceView.model_validate(answer)
    state = "paused" if view.paused else "watched"
    blocked = counted(view.blocked, "answer", "answers") if view.blocked else None
    facts = {"source": view.name, "title": view.title, "state": state, "blocked": blocked}
    show_facts(
        facts
        | {
            "pages walled since": view.walled_since,
            "last block": view.blocked_at,
            "because": view.blocked_detail,
            "retrying": view.retrying,
        }
    )
    show_facts(_rhythm(view))
    for channel in view.channels:
        typer.echo()
        show_facts(_facts(channel))


def _rhythm(view: SourceView) -> dict[str, Any]:
    rhythm = view.rhythm
    chance = None if rhythm.probability is None else f"{rhythm.probability:.3g}"
    items = None if rhythm.items_a_day is None else f"{rhythm.items_a_day:.1f}"
    silence = {"silent since": rhythm.silent_since, "chance of this silence": chance}
    hosts = {f"{name} lies": " ".join(trust.distrusted) or None for name, trust in view.trust.items()}
    expected = {"last new item": rhythm.last_item_at, "next expected": rhythm.expected_by}
    return {**expected, "items a working day": items, **silence, **hosts}


def _facts(channel: ChannelView) -> dict[str, Any]:
    looked: dict[str, Any] = {"last look": channel.polled_at or "not yet", "last success": channel.succeeded_at}
    counts = {"listed": channel.listed, "new": channel.fresh, "failures": channel.failures}
    fields = {channel.kind: channel.url, **looked, "outcome": channel.outcome, **counts}
    believed: dict[str, Any] = {"not relied on": " ".join(channel.trust.distrusted) or None}
    if channel.trust.bytes_saved or channel.trust.misses_avoided:
        believed |= {"bytes saved": f"{channel.trust.bytes_saved:,}", "misses avoided": channel.trust.misses_avoided}
    trouble = {"trouble": channel.detail, "alarm": channel.alarm, "retrying": channel.retrying}
    return fields | trouble | {"push": channel.push} | believed
