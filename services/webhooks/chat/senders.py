"""Sends notifications to chats: each service's form of the message through the guarded client, and what it answered."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from services.runtime.egress import Client, EgressError, egress_settings, send
from services.runtime.settings import runtime_settings
from services.webhooks.addresses import check_address
from services.webhooks.attempt import LIMITS, MASK, Address, Parcel, Sender, SendResult, answer_excerpt
from services.webhooks.chat.addresses import address_fault, room_fault
from services.webhooks.chat.answers import SERVICES, Kind, verdict_on
from services.webhooks.chat.apprise import apprise_post
from services.webhooks.chat.discord import discord_post
from services.webhooks.chat.form import Post
from services.webhooks.chat.matrix import matrix_post
from services.webhooks.chat.mattermost import mattermost_post
from services.webhooks.chat.ntfy import ntfy_post
from services.webhooks.chat.slack import slack_post
from services.webhooks.chat.teams import teams_post
from services.webhooks.people.message import Notification, notification

SECRET = 8
"""Characters from which a part of an address may be a token, which the log must not repeat."""
Target = Mapping[str, str]


def chat_sender(kind: Kind) -> Sender:
    """What sends to endpoints of this service."""
    return partial(send_chat, kind)


def send_chat(kind: Kind, client: Client, to: Address, parcels: Sequence[Parcel], now: datetime) -> SendResult:
    """Sends one message about these deliveries."""
    message = notification(to, parcels, runtime_settings().public_url)
    post = _FORMS[kind](to.target, message, _key(to, parcels))
    shown = {name: MASK if name == "authorization" else value for name, value in post.headers.items()}
    try:
        response = send(client, post.method, post.url, headers=post.headers, content=post.body, limits=LIMITS)
    except EgressError as trouble:
        return SendResult("unreachable", shown, error=_without_secrets(str(trouble), to.target))
    verdict = verdict_on(kind, response, now)
    return SendResult(
        outcome=verdict.outcome,
        request=shown,
        status=response.status,
        response=_without_secrets(answer_excerpt(response), to.target),
        error=verdict.sentence and _without_secrets(verdict.sentence, to.target),
        retry_after=verdict.retry_after,
    )


def chat_target(kind: Kind, where: Target) -> Target:
    """What is sealed of an endpoint: its address, and what else the service asks for.

    A `ValueError` or `Forbidden` says in one sentence what is wrong with it.
    """
    url = where.get("to", "")
    inside = check_address(url, egress_settings())
    if sentence := address_fault(kind, url, inside=inside) or (_matrix_fault(where) if kind == "matrix" else None):
        raise ValueError(sentence)
    return dict(where)


def _matrix_fault(where: Target) -> str | None:
    if not where.get("room") or not where.get("token"):
        return "Matrix needs a `room`, and the `token` of an account that is in it."
    return room_fault(where["room"])


def shown_chat(target: Target) -> str:
    """What people see of an address afterwards: the host. The rest opens the channel."""
    address = urlsplit(target["to"])
    return f"{address.scheme}://{address.netloc}/{MASK}"


def _key(to: Address, parcels: Sequence[Parcel]) -> str:
    """The same whenever the same deliveries are tried again, and another when somebody wants them once more."""
    first = parcels[0]
    return f"dateline-{to.endpoint}-{first.delivery}-{len(parcels)}-{first.number - 1 - first.tries}"


def _without_secrets(text: str, target: Target) -> str:
    address = urlsplit(target["to"])
    secrets = [target.get("token", ""), *address.path.split("/"), *address.query.split("&")]
    for secret in secrets:
        if len(secret) >= SECRET:
            text = text.replace(secret, MASK)
    return text


def _ntfy(target: Target, message: Notification, key: str) -> Post:
    priority = int(target.get("priority", "3"))
    return ntfy_post(target["to"], message, token=target.get("token", ""), priority=priority, key=key)


def _matrix(target: Target, message: Notification, key: str) -> Post:
    return matrix_post(target["to"], message, room=target["room"], token=target["token"], key=key)


_FORMS: Mapping[Kind, Callable[[Target, Notification, str], Post]] = {
    "apprise": lambda target, message, _key: apprise_post(target["to"], message),
    "slack": lambda target, message, _key: slack_post(target["to"], message),
    "mattermost": lambda target, message, _key: mattermost_post(target["to"], message),
    "teams": lambda target, message, _key: teams_post(target["to"], message),
    "discord": lambda target, message, _key: discord_post(target["to"], message),
    "ntfy": _ntfy,
    "matrix": _matrix,
}
CHATS: tuple[Kind, ...] = tuple(SERVICES)
"""The services that messages can be sent to."""
