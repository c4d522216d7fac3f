"""`dateline dead-letters`: messages that were given up on, to be read, enqueued again or discarded.

Exit status: 0 when everything that was asked for is done, 1 when some of it could not be, 2 when it was not understood.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import client
from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, counted, error, print_json, show, show_facts, tell
from services.cli.parsing import After
from services.contracts.errors import UserError

if TYPE_CHECKING:
    from services.admin.dead_letter_views import DeadLetter

app = group("Messages that were given up on: list, show, replay or discard them.", cls=ListsByDefault)

Kind = Annotated[str | None, typer.Option(help="Only messages of this kind, such as ParsePage.")]
Cause = Annotated[str | None, typer.Option(help="Only messages of this cause, as `dead-letters groups` shows it.")]
Everything = Annotated[
    bool, typer.Option("--all", help="All that are dead-lettered, or with --kind those of one kind.")
]
Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers, as the list shows them.")]


@app.command("list")
def list_messages(
    kind: Kind = None,
    cause: Cause = None,
    discarded: Annotated[bool, typer.Option("--discarded", help="Those that were discarded instead.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Lists what was dead-lettered and why, the newest first."""
    from services.admin.dead_letter_views import DeadLetter

    chosen = {"kind": kind, "cause": cause, "discarded": discarded or None, "after": after}
    rows, following = client.listed("/admin/dead-letters", "messages", limit, None, **chosen)
    if as_json:
        print_json({"messages": rows, "next": following})
    elif not rows:
        error("Nothing is dead-lettered." if not discarded else "Nothing was discarded.")
    else:
        lines = [_line(DeadLetter.model_validate(row)) for row in rows]
        show(Listing(("number", "kind", "key", "since", "attempts", "reason"), lines))
    if following and not as_json:
        error(f"There are more: add --after {following}.")


@app.command("groups")
def list_groups(as_json: AsJson = False) -> None:
    """Lists what waits for a decision by kind and cause: how many, and since when."""
    answer = client.get("/admin/dead-letters/groups")
    if as_json:
        print_json(answer)
    elif not answer["groups"]:
        error("Nothing is dead-lettered.")
    else:
        lines = [_group(row) for row in answer["groups"]]
        show(Listing(("messages", "kind", "first", "last", "newest", "cause"), lines))
        if answer["more"]:
            error("There are more groups; these were added to last.")


@app.command("show")
def show_message(
    number: Annotated[int, typer.Argument(help="The number in the list.")], as_json: AsJson = False
) -> None:
    """Shows one message: what it said, what went wrong, and how to see it again."""
    message = client.get(f"/admin/dead-letters/{number}", _unknown(number))
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
    numbers: Numbers = None,
    everything: Everything = False,
    kind: Kind = None,
    cause: Cause = None,
    as_json: AsJson = False,
) -> None:
    """Enqueues messages again, with all their attempts, as if they had never failed."""
    _one_or_the_other(numbers, everything, kind or cause)
    done = _each(numbers, "replay") if numbers else _all("replay", {"kind": kind, "cause": cause})
    _tell(done, "due again", as_json=as_json)


@app.command("discard")
def discard_messages(
    reason: Annotated[str, typer.Option(help="The reason, which is kept with the message.")],
    numbers: Numbers = None,
    everything: Everything = False,
    kind: Kind = None,
    cause: Cause = None,
    as_json: AsJson = False,
) -> None:
    """Decides that messages will not be enqueued again. They are kept, with who decided so, when and why."""
    _one_or_the_other(numbers, everything, kind or cause)
    if not reason.strip():
        raise UserError("Say why with --reason; it is kept with the message.")
    if numbers:
        done = _each(numbers, "discard", {"reason": reason})
    elif kind is None:
        raise UserError("Name the --kind that is to be discarded, or the numbers; not everything at once.")
    else:
        done = _all("discard", {"kind": kind, "cause": cause, "reason": reason})
    _tell(done, "discarded", as_json=as_json)


def _one_or_the_other(numbers: list[int] | None, everything: bool, chosen: str | None) -> None:
    if bool(numbers) is everything or (numbers and chosen):
        raise UserError("Give either numbers, or --all with or without --kind and --cause.")


def _each(numbers: Sequence[int], decision: str, words: Mapping[str, str] | None = None) -> dict[str, Any]:
    for number in numbers:  # before any is taken: a mistyped one shall change nothing
        if client.get(f"/admin/dead-letters/{number}", _unknown(number))["discarded_at"]:
            raise UserError(_unknown(number)[404])
    for number in numbers:
        client.order("POST", f"/admin/dead-letters/{number}/{decision}", words, _unknown(number))
    return {"taken": len(numbers), "refused": 0, "more": False}


def _all(decision: str, words: Mapping[str, str | None]) -> dict[str, Any]:
    from services.admin.dead_letters import AT_ONCE

    claimed = 0
    while True:
        done: dict[str, Any] = client.order("POST", f"/admin/dead-letters/{decision}", words)
        claimed += done["taken"]
        if not done["more"] or done["refused"] >= AT_ONCE:
            return done | {"taken": claimed}


def _tell(done: Mapping[str, Any], what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
    else:
        tell(f"{counted(done['taken'], 'message is', 'messages are')} {what}.")
    if refused := done["refused"]:
        error(f"{refused} cannot be read by this version and stay as they are; the version that said them can.")
        raise typer.Exit(1)


def _unknown(number: int) -> dict[int, str]:
    return {404: f"No message {number} waits for a decision; `dateline dead-letters list` shows those that do."}


def _group(row: Mapping[str, Any]) -> Sequence[object]:
    since = row["first_at"], row["last_at"]
    return (row["messages"], row["kind"], *map(datetime.fromisoformat, since), row["newest"]["id"], row["cause"])


def _line(row: DeadLetter) -> Sequence[object]:
    decided = f" — discarded by {row.discarded_by}: {row.discarded_because}" if row.discarded_at else ""
    return (row.id, row.kind, row.key, row.dead_lettered_at, row.attempts, f"{row.reason}{decided}")
