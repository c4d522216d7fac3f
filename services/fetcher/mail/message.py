"""A mail as a bulletin: who sent it, when, and where it leads. Bounded, whatever it is made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import parseaddr, parsedate_to_datetime
from itertools import islice

from lxml import etree, html

from services.fetcher.discover.text import words

MAX_BYTES = 2_000_000
"""Of a mail: bulletins are pages without their pictures."""
MAX_PARTS = 50
MAX_DEPTH = 8
MAX_LINKS = 300
_MULTIPART = re.compile(rb"^content-type\s{0,9}:\s{0,9}multipart/", re.IGNORECASE | re.MULTILINE)
_URL = re.compile(r"https?://[^\s<>\"')\]]{4,1900}")
_PASSED = re.compile(r"\b(?:dmarc|dkim)\s{0,3}=\s{0,3}pass\b", re.IGNORECASE)


@dataclass(frozen=True)
class Bulletin:
    """What a mail says; `links` are addresses with the words they stand behind.

    `is_proved`: the server that took the mail in says that its sender is the one it names (DKIM or DMARC).
    """

    sender: str
    subject: str
    sent_at: datetime | None
    links: tuple[tuple[str, str | None], ...]
    is_proved: bool


class TooOdd(Exception):  # noqa: N818 - named for what is wrong
    """The mail is built as no bulletin is: one sentence."""


def read_mail(raw: bytes) -> Bulletin:
    """The bulletin in a mail; `TooOdd` for one that was built to hurt."""
    if len(raw) > MAX_BYTES:
        raise TooOdd(f"The mail is larger than {MAX_BYTES // 1_000_000} MB.")
    # Each level of nesting begins with such a line: counted first, because the library's parser goes down by itself.
    if len(_MULTIPART.findall(raw)) > MAX_PARTS:
        raise TooOdd(f"The mail has more than {MAX_PARTS} parts of parts.")
    mail = message_from_bytes(raw, policy=compat32)
    parts = list(_parts(mail, 0))
    links = dict(islice(_links(parts), MAX_LINKS))
    _, sender = parseaddr(_header(mail, "From"))
    # The first of these is the one that our own server wrote; others came with the mail.
    proof = _header(mail, "Authentication-Results")
    return Bulletin(
        sender.strip().lower()[:320],
        words(_decoded(_header(mail, "Subject"))) or "",
        _date(_header(mail, "Date")),
        tuple(links.items()),
        _PASSED.search(proof[:2_000]) is not None,
    )


def _parts(mail: Message, depth: int) -> Iterator[Message]:
    if depth > MAX_DEPTH:
        raise TooOdd("The mail is nested deeper than any bulletin.")
    payload = mail.get_payload()
    if not isinstance(payload, list):
        yield mail
        return
    if len(payload) > MAX_PARTS:
        raise TooOdd(f"The mail has more than {MAX_PARTS} parts.")
    for part in payload:
        if isinstance(part, Message):
            yield from _parts(part, depth + 1)


def _links(parts: list[Message]) -> Iterator[tuple[str, str | None]]:
    """Those of the HTML, or where there is none those of the text."""
    markups = [_content(part) for part in parts if part.get_content_type() == "text/html"]
    for markup in markups:
        yield from _of_html(markup)
    if not markups:
        for part in parts:
            if part.get_content_type() == "text/plain":
                yield from ((hit[0].rstrip(".,;"), None) for hit in _URL.finditer(_text(part)))


def _of_html(markup: bytes) -> Iterator[tuple[str, str | None]]:
    try:
        page = html.document_fromstring(markup)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return
    for anchor in islice(page.iter("a"), 3 * MAX_LINKS):
        address = (anchor.get("href") or "").strip()
        if address.lower().startswith(("http://", "https://")) and len(address) < 2_000:
            yield address, words("".join(islice(anchor.itertext(), 50)))


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload[:MAX_BYTES] if isinstance(payload, bytes) else b""


def _text(part: Message) -> str:
    return _content(part).decode("utf-8", "replace")


def _header(mail: Message, name: str) -> str:
    return str(mail.get(name) or "")[:4_000]


def _decoded(value: str) -> str:
    from email.header import decode_header, make_header  # noqa: PLC0415

    try:
        return str(make_header(decode_header(value)))
    except (LookupError, ValueError, UnicodeError):
        return value


def _date(value: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
