"""`dateline set-aside`: messages that were given up on, to be read, said again or discarded.

Exit status: 0 when everything that was asked for is done, 1 when some of it could not be, 2 when it was not understood.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, counted, error, print_json, show, show_facts, tell
from services.contracts.errors import UserError

if TYPE_CHECKING:
    from sqlmodel import Session

    from services.admin.message_views import SetAside
    from services.admin.messages import Done

app = group("What was given up on and why: list, show, replay or discard it.", cls=ListsByDefault)

Kind = Annotated[str | None, typer.Option(help="Only messages of this kind, such as ParsePage.")]
Everything = Annotated[bool, typer.Option("--all", help="All that are set aside; of one kind with --kind.")]
Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers, as the list shows them.")]


@app.command("list")
def list_messages(
    kind: Kind = None,
    discarded: Annotated[bool, typer.Option("--discarded", help="Those that were discarded instead.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    before: Annotated[int | None, typer.Option(help="Only numbers below this one: the next page.")] = None,
    as_json: AsJson = False,
) -> None:
    """Lists what was set aside and why, the newest first."""
    from services.admin import messages
    from services.admin.message_views import SetAside, SetAsides
    from services.runtime.database import reading

    with reading() as session:
        found = messages.listed(session, kind=kind, discarded=discarded, before=before, limit=limit + 1)
    shown, more = [SetAside.model_validate(row) for row in found[:limit]], len(found) > limit
    following = str(shown[-1].id) if more else None
    if as_json:
        print_json(SetAsides(messages=shown, next=following))
    elif not shown:
        error("Nothing is set aside." if not discarded else "Nothing was discarded.")
    else:
        show(Listing(("number", "kind", "key", "since", "attempts", "reason"), [_line(row) for row in shown]))
    if more and not as_json:
        error(f"There are more: add --before {following}.")


@app.command("show")
def show_message(
    number: Annotated[int, typer.Argument(help="The number in the list.")], as_json: AsJson = False
) -> None:
    """Shows one message: what it said, what went wrong, and how to see it again."""
    from services.admin import messages
    from services.admin.message_views import whole
    from services.runtime.database import reading

    with reading() as session:
        row = messages.find(session, number)
    if row is None:
        raise _unknown(number)
    message = whole(row)
    if as_json:
        print_json(message)
        return
    told = message.model_dump(mode="json", exclude={"words", "reproduce"})
    show_facts({name.replace("_", " "): value for name, value in told.items()})
    show_facts({"words": json.dumps(message.words, ensure_ascii=False)})
    for command in message.reproduce:
        show_facts({"see it again": command})


@app.command("replay")
def replay_messages(
    numbers: Numbers = None, everything: Everything = False, kind: Kind = None, as_json: AsJson = False
) -> None:
    """Says messages again, with all their attempts, as if they had never failed."""
    from services.admin import messages
    from services.cli.operator import OPERATOR
    from services.runtime import bus
    from services.runtime.database import utcnow

    _one_or_the_other(numbers, everything, kind)
    if numbers:
        done = _each(numbers, lambda session, number: messages.replay(session, number, OPERATOR, utcnow()))
    else:
        done = _all(lambda session: messages.replay_all(session, kind, OPERATOR, utcnow()))
    bus.flush()
    _tell(done, "due again", as_json=as_json)


@app.command("discard")
def discard_messages(
    reason: Annotated[str, typer.Option(help="Why; it is kept with the message.")],
    numbers: Numbers = None,
    everything: Everything = False,
    kind: Kind = None,
    as_json: AsJson = False,
) -> None:
    """Decides that messages will not be said again. They are kept, with who decided so, when and why."""
    from services.admin import messages
    from services.cli.operator import OPERATOR
    from services.runtime import bus
    from services.runtime.database import utcnow

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
    _tell(done, "discarded", as_json=as_json)


def _one_or_the_other(numbers: list[int] | None, everything: bool, kind: str | None) -> None:
    if bool(numbers) is everything or (numbers and kind):
        raise UserError("Give either numbers, or --all with or without --kind.")


def _each(numbers: list[int], decide: Callable[[Session, int], bool]) -> Done:
    from services.admin.messages import Done
    from services.runtime.database import transaction

    with transaction() as session:
        for number in numbers:
            if not decide(session, number):
                raise _unknown(number)
    return Done(len(numbers), refused=0, more=False)


def _all(decide: Callable[[Session], Done]) -> Done:
    from services.admin.messages import AT_ONCE, Done
    from services.runtime.database import transaction

    taken = 0
    while True:
        with transaction() as session:
            done = decide(session)
        taken += done.taken
        if not done.more or done.refused >= AT_ONCE:
            return Done(taken, done.refused, done.more)


def _tell(done: Done, what: str, *, as_json: bool) -> None:
    from services.admin.message_views import Taken

    if as_json:
        print_json(Taken.model_validate(done))
    else:
        tell(f"{counted(done.taken, 'message is', 'messages are')} {what}.")
    if done.refused:
        error(f"{done.refused} cannot be read by this version and stay as they are; the version that said them can.")
        raise typer.Exit(1)


def _unknown(number: int) -> UserError:
    return UserError(f"No message {number} waits for a decision; `dateline set-aside list` shows those that do.")


def _line(row: SetAside) -> Sequence[object]:
    decided = f" — discarded by {row.discarded_by}: {row.discarded_because}" if row.discarded_at else ""
    return (row.id, row.kind, row.key, row.set_aside_at, row.attempts, f"{row.reason}{decided}")
