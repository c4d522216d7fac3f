"""A reading, made visible: the page's lines in order, and what each became beside it, and by which rule."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.contracts.article import Article, Reading
from services.parser.explained import LineView

_STYLES = {"kept": "", "field": "green", "removed": "dim strike", "outside": "dim"}


def explain(reading: Reading, lines: Iterable[LineView], *, outside: bool = False) -> RenderableType:
    """What became of each line of the page, under what was read from it; those `outside` are counted, unless wanted."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for state, run in groupby(lines, key=attrgetter("state")):
        shown = list(run)
        if state == "outside" and not outside:
            tokens = sum(len(line.text.split()) for line in shown)
            table.add_row("outside", Text(f"{len(shown)} lines, {tokens} words", style="dim italic"))
            continue
        for line in shown:
            table.add_row(_why(line), Text(line.text, style=_STYLES[state]))
    return Group(_summary(reading), Text(), table)


def _why(line: LineView) -> str:
    if line.state == "outside":
        return "outside"
    rule = f"{line.rule}: {line.detail}" if line.detail else line.rule or ""
    became = line.kind.replace("_", " ") if line.kind else line.field or ""
    return " → ".join(dict.fromkeys(filter(None, (rule, became))))


def _summary(reading: Reading) -> Text:
    if isinstance(reading, Article):
        facts = (
            reading.kind,
            reading.layout,
            reading.published_at,
            _counted(len(reading.body), "block"),
            _counted(len(reading.images), "picture"),
        )
        return Text.assemble((reading.headline, "bold"), "\n", " · ".join(str(fact) for fact in facts if fact))
    return Text.assemble((f"rejected: {reading.reason}", "bold red"), "\n", reading.detail)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
