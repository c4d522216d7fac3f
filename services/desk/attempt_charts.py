"""How attempts to an endpoint went, as two charts over one time: how many, and how quick the answers were."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.desk.charts import PATTERNS, BarChart, bar_chart
from services.desk.times import clock


def attempt_charts(statistics: Mapping[str, Any]) -> tuple[BarChart, BarChart]:
    """Delivered and failed attempts of each step; and within how many milliseconds 95 of 100 were answered.

    Times are in the zone of the page.
    """
    steps = [(datetime.fromisoformat(step["at"]), step) for step in statistics["steps"]]
    pattern, total = PATTERNS[statistics["span"]], statistics["total"]
    failed = total["attempts"] - total["delivered"]

    attempts = bar_chart(
        f"Attempts of the last {statistics['span']}: {total['delivered']:,} delivered, {failed:,} failed.",
        [(at, {"good": step["delivered"], "bad": step["attempts"] - step["delivered"]}) for at, step in steps],
        lambda at, counts: f"{clock(at, pattern)}: {counts['good']:,} delivered, {counts['bad']:,} failed",
        pattern=pattern,
    )
    answers = bar_chart(
        f"Answers of the last {statistics['span']}: {_within(total['most_within'])}.",
        [(at, {"most": step["most_within"] or 0}) for at, step in steps],
        lambda at, values: f"{clock(at, pattern)}: {_within(int(values['most']))}",
        pattern=pattern,
        unit=lambda value: f"{value:,.0f} ms" if value < 1_000 else f"{value / 1_000:g} s",
    )
    return attempts, answers


def _within(milliseconds: int | None) -> str:
    return f"95 of 100 within {milliseconds:,} ms" if milliseconds else "no answer"
