"""`dateline set-aside`: messages that were given up on, to be read, said again or discarded.

Exit status: 0 when everything that was asked for is done, 1 when some of it could not be, 2 when it was not understood.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import client
from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, counted, error, print_json, show, show_facts, tell
from services.cli.parsing import After
from services.contracts.errors import UserError

if TYPE_CHECKING:
    from services.admin.message_views import SetAside

app = group("Messages that were given up on: list, show, replay or discard them.", cls=ListsByDefault)

Kind = Annotated[str | None, typer.Option(help="Only messages of this kind, such as ParsePage.")]
Everything = Annotated[bool, typer.Option("--all", help="All that are set aside, or with --kind those of one kind.")]
Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers, as the list shows them.")]


@app.command("list")
def list_messages(
    kind: Kind = None,
    discarded: Annotated[bool, typer.Option("--discarded", help="Those that were discarded instead.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Lists what was set aside and why, the newest first."""
    from services.admin.message_views import SetAside

    chosen = {"kind": kind, "discarded": discarded or None, "after": after}
    rows, following = client.listed("/admin/messages", "messages", limit, None, **chosen)
    if as_json:
        print_json({"messages": rows, "next": following})
    elif not rows:
        error("Nothing is set aside." if not discarded else "Nothing was discarded.")
    else:
        lines = [_line(SetAside.model_validate(row)) for row in rows]
        show(Listing(("number", "kind", "key", "since", "attempts", "reason"), lines))
    if following and not as_json:
        error(f"There are more: add --after {following}.")


@app.command("show")
def show_message(
    number: Annotated[int, typer.Argument(help="The number in the list.")], as_json: AsJson = False
) -> None:
    """Shows one message: what it said, what went wrong, and how to see it again."""
    message = client.get(f"/admin/messages/{number}", _unknown(number))
    if as_json:
        print_json(message)
        return
    facts = {name: value for name, value in message.items() if name not in {"words", "reproduce"}}
    show_facts({name.replace("_", " "): value for name, value in facts.items()})
    show_facts({"words": json.dumps(message["words"], ensure_ascii=False)})
    for command in message["reproduce"]:
        show_facts({"see it again": command})


@app.command("replay")
def replay_messages(
    numbers: Numbers = None, everything: Everything = False, kind: Kind = None, as_json: AsJson = False
) -> None:
    """Says messages again, with all their attempts, as if they had never failed."""
    _one_or_the_other(numbers, everything, kind)
    done = _each(numbers, "replay") if numbers else _all("replay", {"kind": kind})
    _tell(done, "due again", as_json=as_json)


@app.command("discard")
def discard_messages(
    reason: Annotated[str, typer.Option(help="The reason, which is kept with the message.")],
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
        done = _each(numbers, "discard", {"reason": reason})
    elif kind is None:
        raise UserError("Name the --kind that is to be discarded, or the numbers; not everything at once.")
    else:
        done = _all("discard", {"kind": kind, "reason": reason})
    _tell(done, "discarded", as_json=as_json)


def _one_or_the_other(numbers: list[int] | None, everything: bool, kind: str | None) -> None:
    if bool(numbers) is everything or (numbers and kind):
        raise UserError("Give either numbers, or --all with or without --kind.")


def _each(numbers: Sequence[int], decision: str, words: Mapping[str, str] | None = None) -> dict[str, Any]:
    for number in numbers:  # before any is taken: a mistyped one shall change nothing
        if client.get(f"/admin/messages/{number}", _unknown(number))["discarded_at"]:
            raise UserError(_unknown(number)[404])
    for number in numbers:
        client.order("POST", f"/admin/messages/{number}/{decision}", words, _unknown(number))
    return {"taken": len(numbers), "refused": 0, "more": False}


def _all(decision: str, words: Mapping[str, str | None]) -> dict[str, Any]:
    from services.admin.messages import AT_ONCE

    taken = 0
    while True:
        done: dict[str, Any] = client.order("POST", f"/admin/messages/{decision}", words)
        taken += done["taken"]
        if not done["more"] or done["refused"] >= AT_ONCE:
            return done | {"taken": taken}


def _tell(done: Mapping[str, Any], what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
    else:
        tell(f"{counted(done['taken'], 'message is', 'messages are')} {what}.")
    if refused := done["refused"]:
        error(f"{refused} cannot be read by this version and stay as they are; the version that said them can.")
        raise typer.Exit(1)


def _unknown(number: int) -> dict[int, str]:
    return {404: f"No message {number} waits for a decision; `dateline set-aside list` shows those that do."}


def _line(row: SetAside) -> Sequence[object]:
    decided = f" — discarded by {row.discarded_by}: {row.discarded_because}" if row.discarded_at else ""
    return (row.id, row.kind, row.key, row.set_aside_at, row.attempts, f"{row.reason}{decided}")
