"""Arguments of the command line as the shapes that the services take."""

from datetime import date, datetime
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from services.contracts.article import When

_WHEN: TypeAdapter[date] = TypeAdapter(When)


def parse_time(words: str | datetime) -> datetime:
    """A date or a time in ISO 8601 as an instant; a bare date is its midnight UTC."""
    from services.store.wording import instant  # noqa: PLC0415 - the help of a command need not wait for it

    try:
        result = instant(_WHEN.validate_python(words))
    except ValidationError:
        result = None
    if result is None:
        raise typer.BadParameter(f"{words!r} is neither a date like 2026-11-22 nor a time like 2026-11-22T18:30Z.")
    return result


After = Annotated[str | None, typer.Option("--after", metavar="CURSOR", help="`next` of the page before, in its JSON.")]
Since = Annotated[
    datetime | None, typer.Option(parser=parse_time, metavar="DATE", help="From this date or time on (UTC).")
]
Until = Annotated[
    datetime | None, typer.Option(parser=parse_time, metavar="DATE", help="Before this date or time (UTC).")
]
Host = Annotated[str, typer.Option(help="The address that the web app listens on.")]
Port = Annotated[
    int, typer.Option(min=1, max=65_535, envvar="DATELINE_PORT", help="The port that the web app listens on.")
]
