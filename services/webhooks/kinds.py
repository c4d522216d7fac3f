"""The kinds of endpoints: how each is addressed, and what sends to it. A new kind is an entry here, and its sender."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast

from services.contracts.choices import EndpointKind
from services.runtime.sealing import unseal
from services.webhooks import attempt
from services.webhooks.attempt import Sender
from services.webhooks.chat.senders import CHATS, chat_sender, chat_target, shown_chat
from services.webhooks.models import Endpoint
from services.webhooks.people import mail
from services.webhooks.people.recipients import email_address, masked_email


@dataclass(frozen=True)
class Kind:
    """What a kind of endpoint is.

    `target` reads what was said of where to (`to`, and what else the kind needs) into what is sealed; a `ValueError`
    says in one sentence what is wrong. `shown` is what people see of it afterwards. `ready` says why no endpoint of
    the kind can be made here; None where one can. `confirms`: nothing is sent before the recipient has agreed.
    """

    send: Sender
    target: Callable[[Mapping[str, str]], Mapping[str, str]]
    shown: Callable[[Mapping[str, str]], str]
    ready: Callable[[], str | None] = lambda: None
    confirms: bool = False
    rate: float | None = None
    """The most events a second where nobody says another: what the service bears."""


PEOPLE: Mapping[EndpointKind, Kind] = {
    "email": Kind(
        send=mail.send_mail,
        target=lambda where: {"to": email_address(where.get("to", ""))},
        shown=lambda target: f"mailto:{masked_email(target['to'])}",
        ready=mail.not_ready,
        confirms=True,
    ),
    **{kind: Kind(chat_sender(kind), partial(chat_target, kind), shown_chat, rate=1.0) for kind in CHATS},
}
"""Those that go to people. A webhook goes to a program."""


def sender(kind: EndpointKind) -> Sender:
    """What sends to endpoints of this kind."""
    return attempt.post if kind == "webhook" else PEOPLE[kind].send


def opened_target(sealed: str) -> Mapping[str, str]:
    """What opens the channel of an endpoint for people."""
    result: dict[str, str] = json.loads(unseal(sealed).get_secret_value())
    return result


def endpoint_kind(endpoint: Endpoint) -> EndpointKind:
    """The kind of an endpoint."""
    return cast("EndpointKind", endpoint.kind)


def default_rate(kind: EndpointKind) -> float | None:
    """The most events a second that an endpoint of this kind is sent where nobody says otherwise; None: any number."""
    return None if kind == "webhook" else PEOPLE[kind].rate
