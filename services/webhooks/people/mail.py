"""Notifications as mail: a message as text and HTML with the headers of a list, handed to the operator's relay."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from services.runtime.egress import Client
from services.runtime.egress.smtp import Reply, hand_over
from services.runtime.settings import runtime_settings
from services.webhooks.attempt import Address, Parcel, SendResult
from services.webhooks.models import CONFIRMATION, Outcome
from services.webhooks.people.html import as_html
from services.webhooks.people.message import Entry, Notification, notification
from services.webhooks.people.settings import MailSettings, mail_settings
from services.webhooks.people.text import as_text

NO_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""Enhanced status codes (RFC 3463) that say: there is no such mailbox, or it takes nothing any more."""
NO_MAILBOX_PLAIN = frozenset({550, 551, 553})
"""The codes that say so where there is no enhanced one."""
OURS = frozenset({"connection", "sign-in", "sender"})
"""What the relay says to these is about us, whoever the mail is for."""
FULL = "5.2.2"
"""The mailbox is full; somebody may empty it."""
# No header is folded: a folded address leads nowhere. None of ours comes near the 998 bytes that a line may have.
_POLICY = SMTP.clone(max_line_length=900)
ASKED = Notification(
    "Please confirm that you want notifications",
    (
        Entry(
            label="Please confirm",
            headline="",
            at="",
            sentences=(
                "Somebody asked that news from government newsrooms be sent to this address.",
                "If that was you, open this page within three days and press the button.",
                "If not, do nothing: nothing more will come.",
            ),
        ),
    ),
)
"""What a recipient is asked. It repeats nothing of what whoever subscribed them has written."""

Footer = tuple[tuple[str, str], ...]


def not_ready() -> str | None:
    """Why no mail can be sent here; None when one can."""
    return mail_settings().missing


def send_mail(_client: Client, to: Address, parcels: Sequence[Parcel], now: datetime) -> SendResult:
    """Sends one mail about these deliveries."""
    settings = mail_settings()
    if missing := settings.missing:
        return SendResult("postponed", {}, error=missing)
    mail = compose(settings, to, parcels, now)
    shown = {name.lower(): str(mail[name]) for name in ("Message-ID", "Date", "Subject", "From")}
    reply = hand_over(settings.relay, settings.mailbox.addr_spec, to.target["to"], bytes(mail))
    return _result(reply, settings.host, shown)


def compose(settings: MailSettings, to: Address, parcels: Sequence[Parcel], now: datetime) -> EmailMessage:
    """The mail. The same deliveries of the same endpoint have the same Message-ID, whenever it is sent."""
    base = runtime_settings().public_url
    asks = parcels[0].event_type == CONFIRMATION
    about = ASKED if asks else notification(to, parcels, base)
    footer = _confirm(to, base) if asks else _leave(to, base)
    mail = EmailMessage(policy=_POLICY)
    for name, value in _headers(settings, to, parcels, now).items():
        mail[name] = value
    mail["Subject"] = about.subject
    lines = "\n".join(" ".join(filter(None, line)) for line in footer)
    mail.set_content(f"{as_text(about)}\n\n-- \n{lines}\n", cte="quoted-printable")
    mail.add_alternative(as_html(about, footer), subtype="html", cte="quoted-printable")
    return mail


def _result(reply: Reply, host: str, request: dict[str, str]) -> SendResult:
    """What the relay's last word means."""
    outcome = mail_outcome(reply)
    error = None if outcome == "delivered" else _sentence(reply, host)
    return SendResult(outcome, request, status=reply.code, response=reply.text if reply.code else "", error=error)


def mail_outcome(reply: Reply) -> Outcome:
    """What becomes of a delivery after this reply. What the relay has against us is the operator's to mend, not a fault
    of the recipient.
    """
    code = reply.code
    if code is None or (code >= 400 and reply.stage in OURS):
        return "postponed"
    if code < 400:
        return "delivered"
    if code < 500:
        return "throttled"
    return "rejected" if reply.stage == "message" else _of_recipient(code, reply.enhanced)


def _of_recipient(code: int, enhanced: str) -> Outcome:
    if enhanced == FULL:
        return "refused"
    none = enhanced in NO_MAILBOX if enhanced else code in NO_MAILBOX_PLAIN
    return "gone" if none else "rejected"


def _sentence(reply: Reply, host: str) -> str:
    if reply.code is None:
        return reply.text
    return f"{host} answered {reply.code} to the {reply.stage}: {reply.text[:300]}"


def _headers(settings: MailSettings, to: Address, parcels: Sequence[Parcel], now: datetime) -> dict[str, object]:
    domain, leave = settings.mailbox.domain, to.target.get("unsubscribe", "")
    # The token makes it unique: another installation may send for the same domain.
    unique = sha256(leave.encode()).hexdigest()[:12]
    first, last = parcels[0].sequence, parcels[-1].sequence
    headers = {
        "From": settings.mailbox,
        "To": to.target["to"],
        "Date": format_datetime(now),
        "Message-ID": f"<dateline.{to.endpoint}.{first}-{last}.{unique}@{domain}>",
        "Auto-Submitted": "auto-generated",
    }
    if parcels[0].event_type == CONFIRMATION:
        return headers
    return headers | {
        "List-Id": f"<{to.endpoint}.{unique}.dateline.{domain}>",
        "List-Unsubscribe": f"<{_link(runtime_settings().public_url, 'unsubscribe', leave)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _confirm(to: Address, base: str) -> Footer:
    return (("Confirm:", _link(base, "confirm", to.target.get("confirm", ""))),)


def _leave(to: Address, base: str) -> Footer:
    link = _link(base, "unsubscribe", to.target.get("unsubscribe", ""))
    return (("You get this because you have confirmed it. Unsubscribe:", link),)


def _link(base: str, page: str, token: str) -> str:
    """The address of a page for recipients. The token is in the query, which no log line has."""
    return f"{base}/notifications/{page}?token={token}"
