"""A reading, made visible: the page's lines in order, and the rule beside each that was taken out."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.contracts.article import Article, Reading
from services.parser.lines import Line


def explain(reading: Reading, lines: Sequence[Line]) -> RenderableType:
    """What became of each line of the page's main region, under what was read from it."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for line in lines:
        table.add_row(_why(line), Text(line.text, style="" if line.kept else "dim strike"))
    return Group(_summary(reading), Text(), table)


def _why(line: Line) -> str:
    return f"{line.rule}: {line.detail}" if line.detail else line.rule or ""


def _summary(reading: Reading) -> Text:
    if isinstance(reading, Article):
        facts = (
            reading.kind,
            reading.layout,
            reading.published_at,
            f"{len(reading.body)} blocks",
            f"{len(reading.images)} pictures",
        )
        return Text.assemble((reading.headline, "bold"), "\n", " · ".join(str(fact) for fact in facts if fact))
    return Text.assemble((f"rejected: {reading.reason}", "bold red"), "\n", reading.detail)
