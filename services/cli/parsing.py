"""What the user meant: words of the command line as the shapes that the services take."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.contracts.article import When
from services.contracts.errors import UserError

Shape = TypeVar("Shape", bound=BaseModel)

_WHEN: TypeAdapter[date] = TypeAdapter(When)


def parse_into(shape: type[Shape], words: Mapping[str, object]) -> Shape:
    """The words in this shape; a `UserError` names the first that does not fit."""
    try:
        return shape.model_validate(words)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = f"{first['loc'][0]}: " if first["loc"] else ""
        raise UserError(where + first["msg"].removeprefix("Value error, ")) from None


def parse_time(words: str | datetime) -> datetime:
    """A date or a time in ISO 8601 as an instant; a bare date is its midnight UTC."""
    from services.store.wording import instant  # noqa: PLC0415 - the help of a command need not wait for it

    try:
        found = instant(_WHEN.validate_python(words))
    except ValidationError:
        found = None
    if found is None:
        raise typer.BadParameter(f"{words!r} is neither a date like 2026-11-22 nor a time like 2026-11-22T18:30Z.")
    return found


def parse_cursor(listing: str, after: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The place that a cursor of this listing names, as in the API; a `UserError` for one that is of another."""
    from services.runtime.web import Problem, position  # noqa: PLC0415 - as above

    try:
        return position(listing, after, *kinds)
    except Problem as problem:
        raise UserError(f"--after: {problem.detail}") from None


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
