"""`dateline retries`: what failed unexpectedly and is tried again, and trying it now."""

from typing import Annotated

import typer

from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, counted, error, print_json, show, tell
from services.contracts.errors import UserError

app = group("What failed unexpectedly and is retried: list it, or try it now.", cls=ListsByDefault)

Kind = Annotated[str | None, typer.Option(help="Only messages of this kind, such as FetchPage.")]


@app.command("list")
def list_retries(
    kind: Kind = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Lists what is being retried, why, and when it is tried next."""
    from services.admin.retries.api import Retries, view
    from services.runtime import retries
    from services.runtime.database import reading, utcnow

    with reading() as session:
        found = retries.retrying(session, kind=kind, limit=limit)
    now = utcnow()
    if as_json:
        print_json(Retries(messages=[view(each, now) for each in found], next=None))
    elif not found:
        error("Nothing is being retried.")
    else:
        lines = [(each.id, each.kind, each.key, each.sentence(now)) for each in found]
        show(Listing(("number", "kind", "key", "how it is"), lines))


@app.command("now")
def try_now(
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers, as the list shows them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them; of one kind with --kind.")] = False,
    kind: Kind = None,
    as_json: AsJson = False,
) -> None:
    """Tries messages again now, instead of when their pause is over."""
    from services.cli.operator import OPERATOR
    from services.runtime import audit_log, bus, retries
    from services.runtime.database import transaction, utcnow

    if bool(numbers) is everything or (numbers and kind):
        raise UserError("Give either numbers, or --all with or without --kind.")
    now = utcnow()
    with transaction() as session:
        taken = [each for each in numbers or () if retries.try_now(session, each, now)]
        if missing := set(numbers or ()) - set(taken):
            raise UserError(f"No message {min(missing)} is being retried; `dateline retries` lists those that are.")
        count = len(taken) if numbers else retries.try_all_now(session, kind, now)
        if count:
            audit_log.note(session, OPERATOR, "messages.hurried", f"{count} messages, kind {kind or 'any'}", now)
    bus.flush()
    if as_json:
        print_json({"taken": count})
    else:
        tell(f"{counted(count, 'message is', 'messages are')} due now.")
