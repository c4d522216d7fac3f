"""What the commands print: what was asked for on standard output, remarks about it on standard error.

A table is drawn as wide as the terminal allows; into a pipe it goes plain, one line for each row. Whatever a newsroom
or a subscriber wrote is text: it is never read as markup, and no character of it commands a terminal.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import typer
from pydantic_core import to_jsonable_python
from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from services.runtime.redaction import visible

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")]

_PIPED = 200
"""Columns of a drawing that no terminal limits."""
# What JSON itself leaves as it is and a terminal may not: C1, marks of direction, separators, the BOM.
_RAW = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Listing:
    """A table in words. Its first column is what one copies, and never broken; numbers stand at the right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    title: str = ""


def show(listing: Listing) -> None:
    """Prints a table: drawn on a terminal, plain into a pipe."""
    if sys.stdout.isatty():
        _console().print(_drawn(listing))
    else:
        typer.echo("\n".join(_plain(listing)))


def show_facts(facts: Mapping[str, object]) -> None:
    """Prints a name and a value on each line, for several values several lines; what is not known is left out."""
    for name, value in facts.items():
        for number, entry in enumerate(value if isinstance(value, tuple) else (value,)):
            if entry not in (None, ""):
                typer.echo(f"{'' if number else name:18} {visible(cell(entry))}")


def show_text(text: Text) -> None:
    """Prints a paragraph: wrapped and coloured on a terminal, one line into a pipe."""
    if sys.stdout.isatty():
        display(text)
    else:
        typer.echo(visible(text.plain))


def display(drawing: RenderableType) -> None:
    """Prints what a library draws, with every character shown that would command the terminal."""
    _console().print(_Visible(drawing))


def print_json(answer: Any) -> None:
    """Prints a document of JSON for programs: models, rows and times as the API shows them."""
    typer.echo(_json(answer, indent=1))


def print_json_line(answer: Any) -> None:
    """Prints one line of a stream of JSON, at once."""
    typer.echo(_json(answer, indent=None))


def tell(sentence: str) -> None:
    """Prints what was done."""
    typer.echo(visible(sentence))


def error(remark: str) -> None:
    """A remark beside the output, so that the output can be piped."""
    typer.echo(visible(remark), err=True)


def cell(value: object) -> str:
    """A value as people read it: times to the minute, in UTC, whose sign is Z; nothing for what is not known."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%MZ}"
    return str(value)


def exact_time(moment: datetime) -> str:
    """A time to the second, in UTC: where the order of two looks matters."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"


def counted(number: int, one: str, many: str) -> str:
    """A number with its words: `1 page is`, `2 pages are`."""
    return f"{number:,} {one if number == 1 else many}"


class _Visible:
    def __init__(self, drawing: RenderableType) -> None:
        self._drawing = drawing

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._drawing, options):
            fields = "\n".join(visible(line) for line in segment.text.split("\n"))
            yield segment if segment.control else Segment(fields, segment.style)


def _console() -> Console:
    return Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else _PIPED)


def _drawn(listing: Listing) -> Table:
    table = Table(
        title=listing.title or None, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0)
    )
    for number, name in enumerate(listing.columns):
        side: Literal["left", "right"] = "right" if _counts(listing, number) else "left"
        table.add_column(name, justify=side, no_wrap=number == 0, overflow="fold")
    for row in listing.rows:
        table.add_row(*(Text(visible(cell(value))) for value in row))
    return table


def _plain(listing: Listing) -> Iterator[str]:
    lines = [list(listing.columns), *([visible(cell(value)) for value in row] for row in listing.rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    if listing.title:
        yield listing.title
    sides = [_counts(listing, number) for number in range(len(widths))]
    for line in lines:
        yield "  ".join(map(_padded, line, widths, sides)).rstrip()


def _padded(text: str, width: int, is_count: bool) -> str:
    gap = " " * (width - cell_len(text))
    return gap + text if is_count else text + gap


def _counts(listing: Listing, column: int) -> bool:
    return bool(listing.rows) and all(isinstance(row[column], int) for row in listing.rows)


def _json(answer: Any, indent: int | None) -> str:
    report = json.dumps(to_jsonable_python(answer), ensure_ascii=False, indent=indent)
    return _RAW.sub(lambda result: f"\\u{ord(result[0]):04x}", report)
