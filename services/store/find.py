"""Where a reading belongs: the article it speaks for, as that article stands now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select
from sqlmodel import Session

from services.contracts.article import Article
from services.contracts.urls import article_id
from services.store.decide import Known, Reading
from services.store.identity import claimed_key, own_key, plain_address, strangers
from services.store.models import articles, revisions
from services.store.twins import is_same_article, is_same_story


@dataclass(frozen=True)
class Existing:
    """The identity of an article, and its row and current wording if it is known."""

    key: str
    row: Row[Any] | None = None
    known: Known | None = None
    twin: bool = False
    """Whether it was recognised by its text, and the page that shows it is not its own."""
    one_page: tuple[int, int] | None = None
    """Two pages that are one, because both show this article: that which rests, and that which stays."""
    other: Row[Any] | None = None
    """The article that was at the page's new address until now, and turns out to be this one."""
    moved_from: str | None = None
    """Where it was until now, if the page shows it at another address."""
    copies: tuple[Row[Any], ...] = ()
    """Of a new article: those that tell the same story, the first first."""


def place(session: Session, reading: Reading) -> Existing:
    """The article that the reading's page speaks for, known or not."""
    return places(session, [reading])[0]


def places(session: Session, readings: Sequence[Reading]) -> list[Existing]:
    """As `place`, for each of several."""
    candidates = _candidates(session, readings)
    return [_placed(reading, candidates) for reading in readings]


def _placed(reading: Reading, candidates: "Candidates") -> Existing:
    """By its page's identity, else by the page itself, else by its address, and at last by its text."""
    here = _not_apart(reading, candidates.at(reading.order.origin.url))
    by_key, by_page = candidates.of_key(claimed_key(reading.order)), candidates.of_page(reading.order.origin.page)
    if spot := next((entry for entry in (*_not_apart(reading, by_key), *_not_apart(reading, by_page), *here)), None):
        if _is_withheld(spot):
            return spot
        others = [entry for entry in here if entry.key != spot.key and not _is_withheld(entry)]
        return _moved(reading, _united(spot, others[0]) if others else spot)
    key = own_key(reading.order) if by_key else claimed_key(reading.order)
    return _by_its_text(reading, Existing(key), candidates)


def _is_withheld(entry: Existing) -> bool:
    return entry.known is not None and entry.known.withheld


def _not_apart(reading: Reading, entries: Sequence[Existing]) -> list[Existing]:
    """Those that are not somebody else's article, although they go by the same identity, page or address."""
    return [entry for entry in entries if not _is_apart(reading, entry)]


def _is_apart(reading: Reading, entry: Existing) -> bool:
    order = reading.order
    # Of a withdrawn article there may be no words left to compare: by identity, page or address it stays withdrawn.
    if entry.row is None or entry.known is None or entry.known.withheld or entry.key == own_key(order):
        return False
    return strangers(entry.key, entry.known.article, entry.row.url, order.article, order.origin.url)


def _united(one: Existing, other: Existing) -> Existing:
    """The one that was seen first stays."""
    first, second = sorted((one, other), key=lambda entry: (entry.row.first_seen, entry.row.id) if entry.row else ())
    return replace(first, other=second.row)


def _moved(reading: Reading, spot: Existing) -> Existing:
    url, before = reading.order.origin.url, spot.row.url if spot.row else None
    # What comes late was read at an earlier address.
    late = spot.known is not None and reading.order.fetched_at < spot.known.fetched_at
    moved = url and before and not late and plain_address(url) != plain_address(before)
    return replace(spot, moved_from=before) if moved else spot


def _by_its_text(reading: Reading, new: Existing, candidates: "Candidates") -> Existing:
    """A new article, or one that is known at another address; and what told the story before."""
    article, origin, copies = reading.order.article, reading.order.origin, candidates.similar(reading)
    for copy in copies:
        if (
            copy.row
            and copy.known
            and is_same_article(copy.known.article, copy.row.url, copy.row.source, article, origin.url, origin.source)
        ):
            return copy if _is_withheld(copy) else _recognised(reading, copy)
    same_story = (
        copy.row
        for copy in copies
        if copy.row and copy.known and is_same_story(copy.known.article, copy.row.url, article, origin.url)
    )
    return replace(new, copies=tuple(same_story))


def _recognised(reading: Reading, copy: Existing) -> Existing:
    """Of the two pages, that which was known first stays, and says from now on what the article is."""
    page, known = reading.order.origin.page, int(copy.row.page) if copy.row else 0
    if page < known:
        return replace(_moved(reading, copy), one_page=(known, page))
    return replace(copy, twin=True, one_page=(page, known) if page > known else None)


def earlier_revisions(session: Session, spots: Sequence[Existing], readings: Sequence[Reading]) -> list[int | None]:
    """For each reading, the number of the latest revision but the current one that says the same."""
    pairs = [
        (spot.row.id, reading.content_hash) if spot.row and _differs(spot, reading) else None
        for spot, reading in zip(spots, readings, strict=True)
    ]
    candidates = {pair for pair in pairs if pair}
    if not candidates:
        return [None] * len(pairs)
    ids, hashes = zip(*candidates, strict=True)
    rows = session.execute(_SAME, {"articles": list(ids), "hashes": list(hashes)})
    numbers = {(row.article, row.content_hash): row.number for row in rows}
    return [numbers.get(pair) if pair else None for pair in pairs]


def _differs(spot: Existing, reading: Reading) -> bool:
    return bool(spot.row and spot.known and spot.row.revisions > 1 and spot.known.content_hash != reading.content_hash)


def keys(reading: Reading) -> set[str]:
    """The identities of which the article that the reading's page speaks for has one, or its copies."""
    order, traces = reading.order, reading.traces
    texts = {traces.text, *traces.near} - {None}
    return {claimed_key(order), own_key(order), f"page:{order.origin.page}"} | {f"text:{trace}" for trace in texts}


@dataclass(frozen=True)
class Candidates:
    """The articles that any of several readings may be of, with their current readings."""

    entries: Sequence[Existing]
    leads: Mapping[str, str]
    """Of each article that turned out to be another: which."""

    def of_key(self, key: str) -> list[Existing]:
        """The article of this identity, or that which it turned out to be."""
        article = article_id(key)
        return self._where(lambda row: row.id == self.leads.get(article, article))

    def of_page(self, page: int) -> list[Existing]:
        """What the page told of, the latest first."""
        entries = self._where(lambda row: row.page == page)
        return sorted(entries, key=lambda entry: entry.row.fetched_at if entry.row else 0, reverse=True)

    def at(self, url: str | None) -> list[Existing]:
        """What is at this address, the first first."""
        address = plain_address(url)
        return self._where(lambda row: address is not None and row.address == address)

    def similar(self, reading: Reading) -> list[Existing]:
        """What has most of its text in common with this, the first first."""
        text, near = reading.traces.text, reading.traces.near
        return self._where(lambda row: text is not None and (row.text_trace == text or bool(near & _bands(row))))

    def _where(self, holds: Callable[[Row[Any]], bool]) -> list[Existing]:
        return [entry for entry in self.entries if entry.row is not None and holds(entry.row)]


def _bands(row: Row[Any]) -> set[int]:
    return {row.band_1, row.band_2, row.band_3, row.band_4}


def _candidates(session: Session, readings: Sequence[Reading]) -> Candidates:
    orders = [reading.order for reading in readings]
    near = sorted({number for reading in readings for number in reading.traces.near})
    criteria = {
        "articles": sorted({article_id(claimed_key(order)) for order in orders}),
        "pages": sorted({order.origin.page for order in orders}),
        "addresses": sorted({address for order in orders if (address := plain_address(order.origin.url))}),
        "texts": sorted({reading.traces.text for reading in readings if reading.traces.text is not None}),
        "near": near,
    }
    rows = {row.id: row for row in session.execute(_FIND, criteria)}
    leads = {row.id: row.merged_into for row in rows.values() if row.merged_into}
    if missing := sorted(set(leads.values()) - rows.keys()):
        nobody: dict[str, list[Any]] = {name: [] for name in criteria}
        rows |= {row.id: row for row in session.execute(_FIND, nobody | {"articles": missing})}
    stand = sorted((row for row in rows.values() if not row.merged_into), key=lambda row: (row.first_seen, row.id))
    return Candidates([_existing(row) for row in stand], leads)


def _existing(row: Row[Any]) -> Existing:
    article = Article.model_validate_json(row.reading)
    read = (row.content_hash, row.read_by, row.fetched_at, row.parser, row.capture, row.updated)
    return Existing(row.key, row, Known(article, *read, withheld=row.status == "withdrawn"))


# Made once: to make a statement costs more than to run it.
_SAME = (
    select(revisions.c.article, revisions.c.content_hash, func.max(revisions.c.number).label("number"))
    .join(articles, articles.c.id == revisions.c.article)
    .where(
        revisions.c.article.in_(bindparam("articles", expanding=True)),
        revisions.c.content_hash.in_(bindparam("hashes", expanding=True)),
        revisions.c.number != articles.c.revision,
    )
    .group_by(revisions.c.article, revisions.c.content_hash)
)
_NEAR: Any = bindparam("near", expanding=True)
_FIND = (
    select(articles, revisions.c.content_hash, revisions.c.reading, revisions.c.parser.label("read_by"))
    .join(revisions, (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision))
    # Each of these has an index, so that both databases ask as many of them as there is anything to ask for.
    .where(
        or_(
            articles.c.id.in_(bindparam("articles", expanding=True)),
            articles.c.page.in_(bindparam("pages", expanding=True)),
            articles.c.address.in_(bindparam("addresses", expanding=True)),
            articles.c.text_trace.in_(bindparam("texts", expanding=True)),
            *(articles.c[f"band_{number}"].in_(_NEAR) for number in range(1, 5)),
        )
    )
)
