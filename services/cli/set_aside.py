"""`dateline set-aside`: messages that were given up on, to be read, said again or discarded.

Exit status: 0 when everything that was asked for is done, 1 when some of it could not be, 2 when it was not understood.
"""

import json
from collections.abc import Callable
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.table import Column, Table
from sqlmodel import Session

from services.admin import messages
from services.admin.message_views import SetAside, SetAsides, Taken, whole
from services.admin.messages import AT_ONCE, Done
from services.cli.desk import OPERATOR
from services.cli.output import error, show
from services.contracts.errors import UserError
from services.runtime import bus
from services.runtime.database import reading, transaction, utcnow

app = typer.Typer(
    help="What was given up on and why: list, show, replay or discard it.", no_args_is_help=False, add_completion=False
)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")]
Kind = Annotated[str | None, typer.Option(help="Only messages of this kind, such as ParsePage.")]
Everything = Annotated[bool, typer.Option("--all", help="All that are set aside; of one kind with --kind.")]
Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers, as the list shows them.")]


@app.callback(invoke_without_command=True)
def _list_by_default(context: typer.Context) -> None:
    """Lists what was set aside and why, unless a command says otherwise."""
    if context.invoked_subcommand is None:
        list_messages()


@app.command("list")
def list_messages(
    kind: Kind = None,
    discarded: Annotated[bool, typer.Option("--discarded", help="Those that were discarded instead.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    before: Annotated[int | None, typer.Option(help="Only numbers below this one: the next page.")] = None,
    as_json: AsJson = False,
) -> None:
    """Lists what was set aside and why, the newest first."""
    with reading() as session:
        found = messages.listed(session, kind=kind, discarded=discarded, before=before, limit=limit + 1)
    shown, more = [SetAside.model_validate(row) for row in found[:limit]], len(found) > limit
    following = str(shown[-1].id) if more else None
    if as_json:
        _print(SetAsides(messages=shown, next=following))
        return
    if not shown:
        error("Nothing is set aside." if not discarded else "Nothing was discarded.")
        return
    show(_table(shown))
    if more:
        error(f"There are more: add --before {following}.")


@app.command("show")
def show_message(
    number: Annotated[int, typer.Argument(help="The number in the list.")], as_json: AsJson = False
) -> None:
    """Shows one message: what it said, what went wrong, and how to see it again."""
    with reading() as session:
        row = messages.find(session, number)
    if row is None:
        raise _unknown(number)
    message = whole(row)
    if as_json:
        _print(message)
        return
    for name, value in message.model_dump(mode="json", exclude_none=True, exclude={"words", "reproduce"}).items():
        typer.echo(f"{name.replace('_', ' '):18} {value}")
    typer.echo(f"{'words':18} {json.dumps(message.words, ensure_ascii=False)}")
    for command in message.reproduce:
        typer.echo(f"{'see it again':18} {command}")


@app.command("replay")
def replay_messages(
    numbers: Numbers = None, everything: Everything = False, kind: Kind = None, as_json: AsJson = False
) -> None:
    """Says messages again, with all their attempts, as if they had never failed."""
    _one_or_the_other(numbers, everything, kind)
    if numbers:
        done = _each(numbers, lambda session, number: messages.replay(session, number, OPERATOR, utcnow()))
    else:
        done = _all(lambda session: messages.replay_all(session, kind, OPERATOR, utcnow()))
    bus.flush()
    _tell(done, "are due again", as_json=as_json)


@app.command("discard")
def discard_messages(
    reason: Annotated[str, typer.Option(help="Why; it is kept with the message.")],
    numbers: Numbers = None,
    everything: Everything = False,
    kind: Kind = None,
    as_json: AsJson = False,
) -> None:
    """Decides that messages will not be said again. They are kept, with who decided so, when and why."""
    _one_or_the_other(numbers, everything, kind)
    if not reason.strip():
        raise UserError("Say why with --reason; it is kept with the message.")
    if numbers:
        done = _each(numbers, lambda session, number: messages.discard(session, number, OPERATOR, reason, utcnow()))
    elif kind is None:
        raise UserError("Name the --kind that is to be discarded, or the numbers; not everything at once.")
    else:
        done = _all(lambda session: messages.discard_all(session, kind, OPERATOR, reason, utcnow()))
    bus.flush()
    _tell(done, "are discarded", as_json=as_json)


def _one_or_the_other(numbers: list[int] | None, everything: bool, kind: str | None) -> None:
    if bool(numbers) is everything or (numbers and kind):
        raise UserError("Give either numbers, or --all with or without --kind.")


def _each(numbers: list[int], decide: Callable[[Session, int], bool]) -> Done:
    with transaction() as session:
        for number in numbers:
            if not decide(session, number):
                raise _unknown(number)
    return Done(len(numbers), refused=0, more=False)


def _all(decide: Callable[[Session], Done]) -> Done:
    taken = 0
    while True:
        with transaction() as session:
            done = decide(session)
        taken += done.taken
        if not done.more or done.refused >= AT_ONCE:
            return Done(taken, done.refused, done.more)


def _tell(done: Done, what: str, *, as_json: bool) -> None:
    if as_json:
        _print(Taken.model_validate(done))
    else:
        typer.echo(f"{done.taken} messages {what}.")
    if done.refused:
        error(f"{done.refused} cannot be read by this version and stay as they are; the version that said them can.")
        raise typer.Exit(1)


def _unknown(number: int) -> UserError:
    return UserError(f"No message {number} waits for a decision; `dateline set-aside list` shows those that do.")


def _table(found: list[SetAside]) -> Table:
    table = Table("number", "kind", Column("key", no_wrap=True), "since", "attempts", "reason")
    for row in found:
        why = (
            f"{row.reason} — discarded by {row.discarded_by}: {row.discarded_because}"
            if row.discarded_at
            else row.reason
        )
        table.add_row(str(row.id), row.kind, row.key, f"{row.set_aside_at:%Y-%m-%d %H:%M}", str(row.attempts), why)
    return table


def _print(answer: BaseModel) -> None:
    typer.echo(answer.model_dump_json(indent=1))
