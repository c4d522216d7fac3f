"""What a re-ingestion looks like in a terminal."""

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Column, Table

from services.admin.reingestions.views import Finding, ReingestionView, Report


def listing(views: Sequence[ReingestionView]) -> Table:
    """One line for each re-ingestion."""
    table = Table("number", "what", "scope", "state", Column("pages", justify="right"), "outcomes", "asked by", "why")
    for view in views:
        pages = f"{sum(view.outcomes.values())} of {_total(view)}"
        state = view.state if view.preview in {None, "open"} else f"{view.state}, {view.preview}"
        what = view.mode + (" (dry run)" if view.dry_run else "")
        named = view.scope.model_dump(mode="json", exclude_defaults=True)
        scope = ", ".join(name if value is True else f"{name} {value}" for name, value in named.items())
        table.add_row(str(view.id), what, scope, state, pages, outcomes(view.outcomes), view.asked_by.name, view.reason)
    return table


def outcomes(counts: Mapping[str, int]) -> str:
    """The counts that are not zero, in words."""
    return ", ".join(f"{number} {outcome}" for outcome, number in counts.items() if number)


def reach_tables(report: Report) -> Iterator[Table]:
    """The report of a dry run, table by table."""
    yield _counts("Pages by outcome", {"all": report.outcomes})
    yield _counts("By source", report.sources)
    yield _counts("By layout", report.layouts)
    fields = Table("field", Column("pages", justify="right"), title="Fields that differ", title_justify="left")
    for field, pages in report.fields.items():
        fields.add_row(field, str(pages))
    yield fields
    told = f"Samples ({report.announced} pages would be announced)"
    samples = Table("page", "outcome", "article", "field", "before", "after", title=told, title_justify="left")
    for finding in report.samples:
        _add(samples, finding)
    yield samples


def _add(table: Table, finding: Finding) -> None:
    page, what = str(finding.page), finding.headline or finding.reason or ""
    if not finding.differences:
        table.add_row(page, finding.outcome, what, "", "", "")
    for one in finding.differences:
        table.add_row(page, finding.outcome, what, one.field, _short(one.before), _short(one.after))


def _counts(title: str, rows: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table("which", Column("pages", justify="right"), "outcomes", title=title, title_justify="left")
    for name, counts in rows.items():
        table.add_row(name, str(sum(counts.values())), outcomes(counts))
    return table


def _short(text: str | None) -> str:
    words = " ".join((text or "").split())
    return words if len(words) <= 80 else words[:79] + "…"


def _total(view: ReingestionView) -> int:
    return view.planned if view.planned_completely else max(view.expected or 0, view.planned)
