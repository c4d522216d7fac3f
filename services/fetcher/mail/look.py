"""One look at a mailbox: its new mails are kept, and where they lead is what the channel lists."""

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit

from sqlmodel import Session, col, select

from services.contracts.urls import BadAddress, canonical_url, page_key
from services.fetcher.discover import Listed
from services.fetcher.mail.address import mailbox_address
from services.fetcher.mail.links import asked_target, is_order, is_wrapped, written_inside
from services.fetcher.mail.message import MAX_BYTES, Bulletin, TooOdd, read_mail
from services.fetcher.mail.models import Mail, MailboxProgress
from services.fetcher.mail.settings import mailbox_settings
from services.fetcher.models import Channel, Page, Source
from services.fetcher.politeness import host_of
from services.fetcher.rounds import RoundResult
from services.fetcher.scope import SourceScope
from services.fetcher.settings import FetcherSettings
from services.runtime.archive import capture_store
from services.runtime.archive.capture_store import Capture
from services.runtime.egress import Client, EgressError, TimedOut, egress_settings
from services.runtime.egress.imap import Mailbox, open_mailbox

MOST = 20
"""Mails of one look; the rest come with the next, at once."""
FIRST = 50
"""Of a folder that is read for the first time, the newest mails that are read."""
SECONDS = 60.0
"""For one look; its message may be held for two minutes."""
ASKED = 10
"""Links of a mail whose service is asked where they lead."""
MAIL_TYPE = "message/rfc822"
_NOWHERE = "https://mailbox.invalid/"
"""A WARC record of a response needs a web address; `.invalid` is one that will never be anybody's (RFC 2606)."""


@dataclass
class MailLook:
    """What a look brought: the result for the channel, the mails to remember, and how far the folder was read."""

    result: RoundResult
    progress: MailboxProgress | None = None
    mails: list[Mail] = field(default_factory=list)
    more: bool = False


def look_into(
    client: Client,
    channel: Channel,
    scope: SourceScope,
    progress: MailboxProgress | None,
    *,
    now: datetime,
    settings: FetcherSettings,
    known_mails: Collection[str],
) -> MailLook:
    """Opens the mailbox, takes what is new, and closes it; nothing in it is changed.

    `known_mails` are the digests of the mails that are known.
    """
    address = mailbox_address(channel.url)
    password = mailbox_settings().passwords.get(f"{address.user}@{address.host}")
    if password is None:
        why = f"No password for the mailbox {address.user}@{address.host} is in DATELINE_MAILBOX_PASSWORDS."
        return MailLook(RoundResult("refused", detail=why))
    visit = _Visit(client, channel, scope, now, settings, set(known_mails))
    try:
        with open_mailbox(egress_settings(), address, password.get_secret_value(), seconds=SECONDS) as mailbox:
            return visit.read(mailbox, progress)
    except EgressError as trouble:
        silent = isinstance(trouble, TimedOut)
        return MailLook(RoundResult("unavailable", detail=str(trouble), silent=silent))


def note_mails(session: Session, look: MailLook) -> None:
    """Writes how far the folder was read, and the mails, in the transaction that settles the look."""
    if look.progress is None:
        return
    session.merge(look.progress)
    session.add_all(look.mails)


def progress_of(session: Session, channel: int) -> tuple[MailboxProgress | None, list[str]]:
    """How far a channel's folder was read, and the digests of the mails that were taken from it."""
    digests = session.exec(select(Mail.digest).where(Mail.channel == channel)).all()
    return session.get(MailboxProgress, channel), list(digests)


def scope_for(session: Session, source: Source, channel: Channel) -> SourceScope:
    """Where the mails may lead: to the hosts of the source, and of its other channels."""
    urls = session.exec(select(Channel.url).where(Channel.source_id == source.id, Channel.id != channel.id)).all()
    return SourceScope.of([*map(host_of, urls), *source.hosts], source.pages)


def text_for(session: Session, page: Page) -> Mail | None:
    """The mail whose text stands for a page that is blocked and was never seen; it is given once."""
    rows = select(Mail).where(Mail.page_key == page.key, col(Mail.read_for).is_(None)).order_by(col(Mail.id).desc())
    mail = session.exec(rows.limit(1)).first()
    if mail is not None:
        mail.read_for = page.id
    return mail


def is_allowed(sender: str, senders: Collection[str]) -> bool:
    """Whether bulletins of this sender are wanted: by its address, or by its domain and those below."""
    domain = sender.rpartition("@")[2]
    return any(one in {sender, domain} or domain.endswith(f".{one}") for one in map(str.lower, senders))


@dataclass
class _Visit:
    client: Client
    channel: Channel
    scope: SourceScope
    now: datetime
    settings: FetcherSettings
    known_mails: set[str]
    mails: list[Mail] = field(default_factory=list)
    listed: dict[str, Listed] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def read(self, mailbox: Mailbox, progress: MailboxProgress | None) -> MailLook:
        known = progress if progress and progress.uidvalidity == mailbox.uidvalidity else None
        uids = mailbox.uids(known.uid if known else 0)
        uids = uids if known else uids[-FIRST:]
        last = known.uid if known else (uids[0] - 1 if uids else 0)
        for uid in uids[:MOST]:
            if time.monotonic() - self.began > SECONDS / 2:
                break
            self._take(mailbox, uid)
            last = uid
        made = MailboxProgress(channel=self.channel.id or 0, uidvalidity=mailbox.uidvalidity, uid=last)
        note = f"{len(self.odd)} mails could not be read. {self.odd[0]}" if self.odd else None
        result = RoundResult("read", tuple(self.listed.values()), detail=note)
        return MailLook(result, made, self.mails, more=bool(uids) and last < uids[-1])

    def _take(self, mailbox: Mailbox, uid: int) -> None:
        if mailbox.size(uid) > MAX_BYTES:
            self.odd.append("One is larger than a bulletin.")
            return
        raw = mailbox.fetch(uid)
        digest = capture_store.payload_digest(raw or b"")
        if raw is None or digest in self.known_mails:
            return
        try:
            bulletin = read_mail(raw)
        except (TooOdd, RecursionError) as trouble:
            self.odd.append(str(trouble) or "One is nested deeper than any bulletin.")
            return
        if not is_allowed(bulletin.sender, self.channel.senders):
            return
        self.known_mails.add(digest)
        self._keep(bulletin, raw, digest, uid, mailbox.uidvalidity)

    def _keep(self, bulletin: Bulletin, raw: bytes, digest: str, uid: int, uidvalidity: int) -> None:
        place = mailbox_address(self.channel.url)
        url = f"{_NOWHERE}{place.host}/{quote(place.folder)}/{uidvalidity}/{uid}"
        capture = capture_store.keep(Capture(url, self.now, 200, (("Content-Type", MAIL_TYPE),), raw))
        pages = {entry.url: entry for entry in self._pages(bulletin)}
        keys = {page_key(address) for address in pages}
        self.listed |= {address: entry for address, entry in pages.items() if address not in self.listed}
        self.mails.append(
            Mail(
                channel=self.channel.id or 0,
                digest=digest,
                sender=bulletin.sender,
                subject=bulletin.subject,
                capture=capture,
                found_at=self.now,
                links=len(keys),
                page_key=next(iter(keys)) if len(keys) == 1 and bulletin.is_proved else None,
            )
        )

    def _pages(self, bulletin: Bulletin) -> Iterator[Listed]:
        """The pages in scope that a mail leads to, each with its words and the mail's own time."""
        published = bulletin.sent_at.isoformat() if bulletin.sent_at else None
        requests = 0
        for address, text in bulletin.links:
            if is_order(address, text):
                continue
            target: str | None = address
            if is_wrapped(address):
                target = written_inside(address)
                if target is None and requests < ASKED and time.monotonic() - self.began < SECONDS:
                    requests += 1
                    target = asked_target(self.client, address, self.now, self.settings)
            if (url := _canonical(target)) and self.scope.covers(url) and urlsplit(url).path not in {"", "/"}:
                yield Listed(url, text or bulletin.subject or None, published)


def _canonical(url: str | None) -> str | None:
    try:
        return canonical_url(url) if url else None
    except BadAddress:
        return None
