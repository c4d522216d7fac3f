"""The options that say which events an endpoint is sent: the same for all commands that make one or change it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Annotated, Any, Literal, get_type_hints

import typer

from services.contracts.changes import Grade

Values = list[str] | None
Choice = Mapping[str, Any]
"""What is sent, as the API takes it: `event_types` and `filter`, of which what no option names is left out."""

CONDITIONS = {
    "source": ("sources", "of this source"),
    "kind": ("kinds", "of this kind"),
    "tag": ("tags", "with this tag"),
    "byline": ("bylines", "by a writer with these words"),
    "dateline": ("datelines", "from a place with these words"),
    "word": ("words", "with this word or phrase"),
}
ON_CHANGES = {
    "changed": ("changed", "where this field changed"),
    "added": ("added", "where this word or phrase is new"),
    "removed": ("removed", "where this word or phrase is gone"),
}
ALL = CONDITIONS | ON_CHANGES
"""Options, each with the field of the filter that it is for, and what it says in the help."""


def with_choice(command: Callable[..., None]) -> Callable[..., None]:
    """The command with these options, before its last parameter. It gets them as `choice`."""
    hints = get_type_hints(command, include_extras=True)
    own = inspect.signature(command).parameters.values()
    mine = [entry.replace(annotation=hints[entry.name]) for entry in own if entry.name != "choice"]
    named = [*mine[:-1], *_options(), mine[-1]]

    @wraps(command)
    def run(**given: Any) -> None:
        command(**{entry.name: given.pop(entry.name) for entry in mine}, choice=chosen(given))

    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [entry.replace(kind=inspect.Parameter.KEYWORD_ONLY) for entry in named]
    )
    run.__annotations__ = {entry.name: entry.annotation for entry in named}
    return run


def chosen(given: Mapping[str, Any]) -> Choice:
    """What the options say, of which those that were not used are None or empty."""
    conditions = {field: given[name] for name, (field, _) in ALL.items() if given[name]}
    conditions |= {"min_grade": given["min_grade"]} if given["min_grade"] else {}
    exclude = {field: given[f"not_{name}"] for name, (field, _) in ALL.items() if given[f"not_{name}"]}
    conditions |= {"exclude": exclude} if exclude else {}
    choice = {"filter": {"match": given["match"], **conditions}} if conditions else {}
    return choice | ({"event_types": given["event_type"]} if given["event_type"] else {})


def _options() -> Iterator[inspect.Parameter]:
    about_types = typer.Option("--type", help="A type of event, or a pattern like article.*.")
    yield _option("event_type", Annotated[Values, about_types])
    for name, (_, of) in ALL.items():
        text = f"Only {of}." if name in ON_CHANGES else f"Only articles {of}."
        yield _option(name, Annotated[Values, typer.Option(help=text)])
    yield _option("min_grade", Annotated[Grade | None, typer.Option(help="Only changes that weigh so much, or more.")])
    for name, (_, of) in ALL.items():
        text = f"Not {of}." if name in ON_CHANGES else f"No article {of}."
        yield _option(f"not_{name}", Annotated[Values, typer.Option(help=text)])
    about_match = typer.Option(help="Whether all conditions must hold, or any.")
    yield _option("match", Annotated[Literal["all", "any"], about_match], "all")


def _option(name: str, annotation: Any, default: object = None) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
