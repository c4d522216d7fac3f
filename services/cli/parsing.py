"""What the user meant: words of the command line as the shapes that the services take."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, TypeVar

import typer
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.cli.late import in_full, when_run
from services.contracts.article import When
from services.contracts.errors import UserError

with when_run():
    from services.store.wording import instant

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
    instant_of: datetime = in_full(_moment, words)
    return instant_of


def _moment(words: str | datetime) -> datetime:
    try:
        found = instant(_WHEN.validate_python(words))
    except ValidationError:
        found = None
    if found is None:
        raise typer.BadParameter(f"{words!r} is neither a date like 2026-11-22 nor a time like 2026-11-22T18:30Z.")
    return found


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
