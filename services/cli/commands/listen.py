"""`dateline listen`: webhooks as they arrive, for whoever writes a receiver."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from services.cli import remote
from services.cli.output.terminal import error
from services.contracts.errors import UserError
from services.demo.receiver_moods import RECEIVER_MOODS

if TYPE_CHECKING:
    import httpx

    from services.demo.listener import Listener, Misbehaviour
    from services.demo.receiver import Received

_console = Console(highlight=False, soft_wrap=True)

Address = Annotated[
    str | None,
    typer.Argument(metavar="URL", help="By which Dateline reaches this machine, when that is not http://127.0.0.1."),
]
Port = Annotated[int, typer.Option(min=0, max=65_535, help="Listen here, on 127.0.0.1. 0 takes any free port.")]
Secret = Annotated[str | None, typer.Option(help="Of an endpoint you have: whsec_…")]
Key = Annotated[
    str | None,
    typer.Option(envvar="DATELINE_KEY", help="An API key: makes an endpoint for as long as you listen."),
]
Dateline = Annotated[
    str | None,
    typer.Option(
        "--dateline",
        envvar="DATELINE",
        help="Where Dateline answers.",
        show_default="that of --server, or http://127.0.0.1:8080",
    ),
]
LOCAL = "http://127.0.0.1:8080"
Forward = Annotated[str | None, typer.Option(help="Post each message on to this address, and answer as it does.")]
Misbehave = Annotated[
    str | None,
    typer.Option(help=f"A status (500), or {', '.join(RECEIVER_MOODS)}; with =0.2 for a fifth of the messages."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


def listen(
    url: Address = None,
    port: Port = 0,
    secret: Secret = None,
    key: Key = None,
    dateline: Dateline = None,
    forward: Forward = None,
    misbehave: Misbehave = None,
    as_json: AsJson = False,
) -> None:
    """Receives webhooks, verifies and shows them, until Ctrl-C. It can pass them on, and misbehave."""
    import httpx

    from services.cli.processes import signals
    from services.demo.listener import passing_on

    there = remote.server()
    key = key or (there.key if there else None)
    dateline = dateline or (there.url if there else LOCAL)
    if not secret and not key:
        raise UserError("Give --secret, of an endpoint you have, or --key, to have one made for as long as you listen.")
    misbehaviour = _misbehaviour(misbehave)
    with ExitStack() as ending:
        client = ending.enter_context(httpx.Client(trust_env=False))
        pass_on = passing_on(client, forward) if forward else None
        tell = _line if as_json else _show
        listener = _listener(secret, tell, port=port, misbehaviour=misbehaviour, pass_on=pass_on)
        ending.callback(listener.stop)
        here = url or listener.url
        if key and not secret:
            made = ending.enter_context(_registered(client, dateline.rstrip("/"), key, here))
            listener.trusts(made)
            error(f"What comes is signed with {made}, while this runs.")
        listener.start()
        error(f"Listening on {listener.url}{f', known as {here}' if url else ''}; Ctrl-C ends it.")
        signals.stop_on_signals().wait()


def _listener(secret: str | None, tell: Callable[[Received, str], None], **settings: Any) -> Listener:
    from standardwebhooks.webhooks import EmptyWebhookSecretError

    from services.demo.listener import Listener
    from services.webhooks.signing import new_secret

    try:
        return Listener(secret or new_secret().get_secret_value(), tell, **settings)
    except OSError as trouble:
        reason = trouble.strerror
        raise UserError(f"Nothing can listen on port {settings['port']} ({reason}); choose another.") from None
    except (ValueError, RuntimeError, EmptyWebhookSecretError):
        raise UserError("The secret cannot be read: it is whsec_ and what follows it, as it was shown.") from None


def _misbehaviour(words: str | None) -> Misbehaviour | None:
    from services.demo.listener import Misbehaviour

    try:
        return Misbehaviour.of(words) if words else None
    except ValueError as fault:
        known = ", ".join(RECEIVER_MOODS)
        raise UserError(
            f"{fault}: say a status from 300 on, or {known}, perhaps with a share as in lose=0.2."
        ) from None


@contextmanager
def _registered(client: httpx.Client, dateline: str, key: str, here: str) -> Iterator[str]:
    """The secret of an endpoint for this address, which is gone afterwards."""
    import httpx

    headers = {"Authorization": f"Bearer {key}"}
    fields = {"url": here, "description": "dateline listen"}
    try:
        answer = client.post(f"{dateline}/webhooks/endpoints", json=fields, headers=headers)
    except httpx.HTTPError:
        raise UserError(f"No Dateline answers at {dateline}; say with --dateline where it is.") from None
    if answer.status_code != 201:
        raise UserError(f"Dateline makes no endpoint for {here}: {_reason(answer)}")
    made = answer.json()
    try:
        yield made["secret"]
    finally:
        _remove(client, f"{dateline}/webhooks/endpoints/{made['id']}", headers)


def _remove(client: httpx.Client, endpoint: str, headers: dict[str, str]) -> None:
    import httpx

    try:
        gone = client.delete(endpoint, headers=headers).status_code in {204, 404}
    except httpx.HTTPError:
        gone = False
    if not gone:
        raise UserError(f"The endpoint could not be removed: please DELETE {endpoint}.")
    error("The endpoint is gone.")


def _reason(answer: httpx.Response) -> str:
    try:
        text = answer.json()
        return str(text.get("detail") or text["title"])
    except (ValueError, KeyError, AttributeError):
        return f"it answered {answer.status_code}."


def _line(received: Received, reply: str) -> None:
    fields = {"id": received.id, "number": _number(received), "verified": received.verified, "reply": reply}
    fields |= {"at": received.at.isoformat()}
    typer.echo(json.dumps(fields | {"event": received.event}, ensure_ascii=True))


def _number(received: Received) -> int | None:
    """Which of the endpoint's deliveries it is: where one is missing, a message was lost."""
    match = re.fullmatch("[0-9]{1,18}", received.headers.get("dateline-sequence", ""))
    return int(match[0]) if match else None


def _show(received: Received, reply: str) -> None:
    verified = "[green]verified[/]" if received.verified else "[red]NOT VERIFIED[/]"
    at, number = received.at.astimezone(UTC), _number(received) or "?"
    head = f"{at:%H:%M:%SZ}  #{number}  [bold]{_safe(received.type or '?')}[/]"
    lines = [f"{head}  {_safe(received.sequence)}  {verified}  → {reply}", *_details(received)]
    _console.print("\n          ".join(lines))


def _details(received: Received) -> list[str]:
    data = received.event.get("data")
    facts = data if isinstance(data, dict) else {}
    article = facts["article"] if isinstance(facts.get("article"), dict) else {}
    changed = facts["changed"] if isinstance(facts.get("changed"), list) else []
    headline = f"{_safe(article['headline'])}" if article.get("headline") else ""
    if changed:
        headline += f"  [yellow]{_safe(', '.join(map(str, changed)))} changed[/]"
    revision = f"revision {article['revision']}" if article.get("revision") else None
    about = [received.id, article.get("source"), article.get("kind"), revision, article.get("url")]
    return [line for line in (headline, f"[dim]{_safe('  '.join(str(term) for term in about if term))}[/]") if line]


def _safe(words: object) -> str:
    """Text that cannot command the terminal: what is not verified may come from anybody."""
    return escape("".join(letter if letter.isprintable() else "�" for letter in str(words)))
