"""`dateline doctor`: what a site would be as a source, before anybody watches it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import client
from services.cli.output.files import write_file
from services.cli.output.terminal import AsJson, Listing, error, print_json, show, show_facts, tell

if TYPE_CHECKING:
    from services.doctor.findings import Diagnosis


def doctor(
    url: Annotated[str, typer.Argument(help="A page of the newsroom, or one of its channels.")],
    save: Annotated[Path | None, typer.Option(help="Write the proposed source to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Examines a site politely and proposes a source. It takes up to a minute; nothing is kept."""
    from services.doctor.findings import Diagnosis

    answer = client.order("POST", "/sources/doctor", {"url": url})
    diagnosis = Diagnosis.model_validate(answer)
    if save and diagnosis.toml:
        write_file(save, diagnosis.toml)
        error(f"Look at {save}, then run `dateline sources --load {save}`.")
    if as_json:
        print_json(answer)
    else:
        _show(diagnosis)
    if diagnosis.toml is None:
        raise typer.Exit(1)


def _show(diagnosis: Diagnosis) -> None:
    show_facts(dict(_facts(diagnosis)))
    columns = ("channel", "address", "found by", "listed", "articles")
    rows = [(entry.kind, entry.url, entry.found_by, entry.listed, entry.articles) for entry in diagnosis.channels]
    show(Listing(columns, rows, "Channels"))
    for channel in (entry for entry in diagnosis.channels if entry.left_out):
        error(f"{channel.kind} {channel.url}: {channel.left_out}")
    for entry in diagnosis.unseen:
        error(entry)
    if diagnosis.toml:
        typer.echo()
        tell(diagnosis.toml)


def _facts(diagnosis: Diagnosis) -> Iterator[tuple[str, Any]]:
    robots, sample, volatile = diagnosis.robots, diagnosis.sample, diagnosis.volatile
    yield "address", diagnosis.url
    yield "robots.txt", robots.detail or robots.verdict
    if robots.crawl_delay:
        yield "crawl delay", f"{robots.crawl_delay:g} s"
    for hint in diagnosis.bulletins:
        yield f"bulletin ({hint.service})", hint.url
    for hub in (entry.hub for entry in diagnosis.channels if entry.hub):
        yield "hub", hub
    if sample:
        yield "article", sample.url
        yield "layout", f"{sample.layout}" if sample.is_known_layout else "not known; read by what the page shows"
        yield "read as", sample.rejected or f"{sample.kind}: {sample.headline} ({sample.words} words)"
        yield "published", f"{sample.published_at} ({sample.published_evidence})" if sample.published_at else "no date"
    if volatile:
        same = "the reading is the same" if volatile.same_reading else "the reading differs"
        yield "two looks", f"{volatile.pieces} pieces of the page differ; {same}"
    for finding in diagnosis.validators:
        yield f"validators ({finding.verdict})", f"{finding.url}: {finding.detail}"
