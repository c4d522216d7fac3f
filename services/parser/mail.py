"""The text of a mail, as a page: its HTML, or where it has none its plain text."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

MAIL = "message/rfc822"
MAX_PARTS = 50
MAX_DEPTH = 8


def is_mail(content_type: str | None) -> bool:
    """Whether what was captured is a mail."""
    return (content_type or "").partition(";")[0].strip().lower() == MAIL


def letter(body: bytes) -> tuple[bytes, str] | None:
    """The part that people read, and its type with its charset; None where there is none."""
    try:
        parts = list(_parts(message_from_bytes(body, policy=compat32), 0))
    except (RecursionError, ValueError, LookupError):
        return None
    for kind in ("text/html", "text/plain"):
        for part in parts:
            content = part.get_payload(decode=True)
            if part.get_content_type() == kind and isinstance(content, bytes) and content.strip():
                return content, f"{kind}; charset={part.get_content_charset() or 'utf-8'}"
    return None


def _parts(mail: Message, depth: int) -> Iterator[Message]:
    payload = mail.get_payload()
    if not isinstance(payload, list):
        yield mail
    elif depth < MAX_DEPTH:
        for part in payload[:MAX_PARTS]:
            if isinstance(part, Message):
                yield from _parts(part, depth + 1)
