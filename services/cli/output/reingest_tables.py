"""What a re-ingestion looks like in a terminal."""

from collections.abc import Iterator, Mapping, Sequence

from services.cli.output.terminal import Listing, counted
from services.reingest.views import FindingView, ReingestionReport, ReingestionView


def listing(views: Sequence[ReingestionView]) -> Listing:
    """One line for each re-ingestion."""
    columns = ("number", "what", "scope", "state", "pages", "outcomes", "asked by", "why")
    return Listing(columns, [_line(view) for view in views])


def outcomes(counts: Mapping[str, int]) -> str:
    """The counts that are not zero, in words."""
    return ", ".join(f"{number} {outcome}" for outcome, number in counts.items() if number)


def reach_tables(report: ReingestionReport) -> list[Listing]:
    """The report of a dry run, table by table, without those that are empty."""
    return [table for table in _tables(report) if table.rows]


def _tables(report: ReingestionReport) -> Iterator[Listing]:
    yield _counts("Pages by outcome", {"all": report.outcomes})
    yield _counts("By source", report.sources)
    yield _counts("By layout", report.layouts)
    yield Listing(("field", "pages"), list(report.fields.items()), "Fields that differ")
    details = f"Samples ({counted(report.announced, 'page', 'pages')} would be announced)"
    columns = ("page", "outcome", "article", "field", "before", "after")
    yield Listing(columns, [row for finding in report.samples for row in _rows(finding)], details)


def _line(view: ReingestionView) -> Sequence[object]:
    pages = f"{sum(view.outcomes.values())} of {total(view)}"
    state = view.state if view.preview in {None, "open"} else f"{view.state}, {view.preview}"
    what = view.mode + (" (dry run)" if view.dry_run else "")
    labels = view.scope.model_dump(mode="json", exclude_defaults=True)
    scope = ", ".join(name if value is True else f"{name} {value}" for name, value in labels.items())
    return (view.id, what, scope, state, pages, outcomes(view.outcomes), view.asked_by.name, view.reason)


def _rows(finding: FindingView) -> Iterator[Sequence[object]]:
    what = finding.headline or finding.reason
    if not finding.differences:
        yield (finding.page, finding.outcome, what, None, None, None)
    for difference in finding.differences:
        yield (
            finding.page,
            finding.outcome,
            what,
            difference.field,
            _short(difference.before),
            _short(difference.after),
        )


def _counts(title: str, rows: Mapping[str, Mapping[str, int]]) -> Listing:
    counted = [(name, sum(counts.values()), outcomes(counts)) for name, counts in rows.items()]
    return Listing(("which", "pages", "outcomes"), counted, title)


def _short(text: str | None) -> str:
    fields = " ".join((text or "").split())
    return fields if len(fields) <= 80 else fields[:79] + "…"


def total(view: ReingestionView) -> int:
    """Pages that it has, as far as that is known."""
    return view.planned if view.planned_completely else max(view.expected or 0, view.planned)
