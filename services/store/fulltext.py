"""The full-text index of each database: written with the article, asked for its numbers and for where the hits are.

SQLite has an FTS5 table that triggers keep in step with `article_texts`; PostgreSQL has a `tsvector` there.
"""

import json
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import closing
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    column,
    false,
    func,
    insert,
    literal,
    select,
    table,
    update,
)
from sqlmodel import Session

from services.contracts.article import Article
from services.runtime.database import is_sqlite
from services.store.excerpt import CLOSE, OPEN, Piece, excerpt, hits, plain
from services.store.models import TOKENIZER, texts
from services.store.search_query import Terms

LONGEST = 200_000
"""Characters of an article that can be searched: PostgreSQL refuses a vector over 1 MB, and saving must not fail."""
MOST_LABELS = 1_000
"""Tags and VIRINs of an article that can be asked for, for the same reason."""
WINDOW = 500
"""The first articles of a list that are looked at before the index is asked for all: a common word is met there."""
TEASER = 240
"""Characters of an article's beginning in a list."""
FEW = 2_000
"""Up to so many finds are sorted by date; among more, the newest are met soon by going through the dates."""


def enter(session: Session, new: Iterable[tuple[str, Article]]) -> None:
    """Makes new articles to be found, each by its wording."""
    session.execute(_ENTER[is_sqlite(session)], [_entry(session, article, wording) for article, wording in new])


def enter_again(session: Session, known: Iterable[tuple[str, Article]]) -> None:
    """Makes known articles to be found by what they say now, and by nothing else."""
    if entries := [_entry(session, article, wording) for article, wording in known]:
        session.execute(_ENTER_AGAIN[is_sqlite(session)], entries)


def asks_for_text(q: str, labels: Sequence[str]) -> bool:
    """Whether any text decides which articles are meant."""
    return bool(q or labels)


def found(
    session: Session, q: str, labels: Sequence[str], first: Select[Any] | None, enough: int
) -> list[ColumnElement[bool]]:
    """What must hold of a row of `article_texts` for these words and these labels, among those that come first.

    `first` selects the numbers of all rows of the list, in their order; without it the index is asked at once. Where
    `enough` of the first `WINDOW` match, no other is looked at: a common word is met there. What is rare is found by
    the index.
    """
    terms = Terms.read(q)
    if q and not (terms.wanted or terms.unwanted):
        return [false()]
    if first is not None:
        among_first = _among_sqlite if is_sqlite(session) else _among_postgresql
        looked, among = among_first(session, terms, labels, first.limit(WINDOW))
        if looked < WINDOW or len(among) >= enough:
            return [texts.c.number.in_(among[:enough])]
    return _sqlite(session, terms, labels) if is_sqlite(session) else _postgresql(session, terms, labels)


def matching_numbers(session: Session, q: str, labels: Sequence[str], most: int) -> Select[tuple[int]] | None:
    """The numbers of up to `most` rows that match; None where only what must be missing is named."""
    terms = Terms.read(q)
    if not (terms.wanted or labels):
        return None
    if is_sqlite(session):
        without = f" NOT {_any_of(terms.unwanted)}" if terms.unwanted else ""
        return _numbers(f"({_both(terms, labels)}){without}").limit(most)
    return select(texts.c.number).where(*_conditions(terms, labels)).limit(most)


def teasers(session: Session, articles: Sequence[str]) -> dict[str, str]:
    """How each of these articles begins, by their ids: its dek, or the first words of its text."""
    opening = func.substr(texts.c.text, 1, 2 * TEASER).label("opening")
    rows = session.execute(select(texts.c.article, opening).where(texts.c.article.in_(articles))).all()
    return {row.article: _cut(" ".join(row.opening.split())) for row in rows}


def _cut(text: str) -> str:
    return text if len(text) <= TEASER else f"{text[:TEASER].rpartition(' ')[0] or text[:TEASER]}…"


def excerpts(session: Session, q: str, articles: Sequence[str]) -> dict[str, list[Piece]]:
    """What these articles say where the words are, by their ids."""
    rows = session.execute(select(texts.c.article, texts.c.text).where(texts.c.article.in_(articles))).all()
    message, criteria = [row.text for row in rows], Terms(Terms.read(q).wanted)
    marked = (
        _marked_by_sqlite(criteria, message)
        if is_sqlite(session)
        else _marked_by_postgresql(session, criteria, message)
    )
    return {row.article: excerpt(row.text, hits(entry)) for row, entry in zip(rows, marked, strict=True)}


def label(kind: str, name: str) -> str:
    """A tag or a VIRIN as one word that no text holds: equal names in any case have equal labels."""
    message = f"{kind}:{' '.join(name.casefold().split())}"
    return f"x{blake2b(message.encode(), digest_size=10).hexdigest()}0"


def text_of(article: Article) -> str:
    """What an article can be found by, a line for each part.

    The headline comes late, because an excerpt is shown beneath it and should say something else.
    """
    parts = [article.dek, *(block.text for block in article.body), *(image.caption for image in article.images)]
    parts += [f"{writer.name} {writer.affiliation or ''}".strip() for writer in article.byline]
    parts += [article.headline, *article.tags, *(image.virin for image in article.images)]
    return plain("\n".join(part for part in parts if part))[:LONGEST]


def labels_of(article: Article) -> str:
    """The labels of its tags and pictures."""
    virins = (image.virin for image in article.images)
    labels = [label("tag", tag) for tag in article.tags] + [label("virin", virin) for virin in virins if virin]
    return " ".join(list(dict.fromkeys(labels))[:MOST_LABELS])


def _entry(session: Session, article: str, wording: Article) -> dict[str, str]:
    message = text_of(wording)
    entry = {"of": article, "said": message, "marked": labels_of(wording)}
    return entry if is_sqlite(session) else entry | {"folded": message.translate(_FOLDED)}


def _among_sqlite(
    session: Session, terms: Terms, labels: Sequence[str], first: Select[Any]
) -> tuple[int, Sequence[int]]:
    """How many rows there are, and the numbers of those that match, in their order."""
    numbers = session.execute(first).scalars().all()
    fields = {"numbers": json.dumps(list(numbers)), "low": min(numbers, default=0), "high": max(numbers, default=0)}
    result = set(numbers)
    if terms.wanted or labels:
        result = set(session.execute(_AMONG, fields | {"match": _both(terms, labels)}).scalars())
    if terms.unwanted:
        result -= set(session.execute(_AMONG, fields | {"match": _any_of(terms.unwanted)}).scalars())
    return len(numbers), [number for number in numbers if number in result]


def _among_postgresql(
    session: Session, terms: Terms, labels: Sequence[str], first: Select[Any]
) -> tuple[int, Sequence[int]]:
    rows = session.execute(first.add_columns(and_(*_conditions(terms, labels)))).all()
    return len(rows), [number for number, matches in rows if matches]


def _sqlite(session: Session, terms: Terms, labels: Sequence[str]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if terms.wanted or labels:
        numbers = _numbers(_both(terms, labels))
        first = session.execute(numbers.limit(FEW + 1)).scalars().all()
        # A sum is no index key: SQLite then begins with the dates and only looks up whether each was found.
        many = len(first) > FEW
        conditions.append((texts.c.number + 0).in_(numbers) if many else texts.c.number.in_(first))
    if terms.unwanted:
        conditions.append(texts.c.number.not_in(_numbers(_any_of(terms.unwanted))))
    return conditions


def _any_of(terms: Sequence[str]) -> str:
    return f"text : ({_phrases(terms, ' OR ')})"


def _both(terms: Terms, labels: Sequence[str]) -> str:
    parts = [f"text : ({_phrases(terms.wanted, ' AND ')})"] if terms.wanted else []
    return " AND ".join([*parts, *(f'labels : "{entry}"' for entry in labels)])


def _phrases(terms: Sequence[str], between: str = "") -> str:
    # In quotes nothing is syntax, and a term never holds any.
    return between.join(f'"{term}"' for term in terms)


def _numbers(match: str) -> Select[tuple[int]]:
    return select(_INDEX.c.rowid).where(_INDEX.c.article_words.op("MATCH")(match))


def _marked_by_sqlite(terms: Terms, passages: Sequence[str]) -> list[str]:
    """The texts with their hits marked, by an index of just these: the large one would be read through for them."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as here:
        here.execute(f"CREATE VIRTUAL TABLE said USING fts5(text, tokenize='{TOKENIZER}')")
        here.execute("BEGIN")
        here.executemany("INSERT INTO said (rowid, text) VALUES (?, ?)", enumerate(passages))
        marks = "SELECT rowid, highlight(said, 0, ?, ?) FROM said WHERE said MATCH ?"
        result = dict(here.execute(marks, (OPEN, CLOSE, _both(terms, ()))).fetchall()) if terms.wanted else {}
    return [result.get(number, text) for number, text in enumerate(passages)]


def _postgresql(session: Session, terms: Terms, labels: Sequence[str]) -> list[ColumnElement[bool]]:
    conditions = _conditions(terms, labels)
    if not (terms.wanted or labels):
        return conditions
    # Left to itself the planner reads the whole table for two common words that never meet, and goes through all dates
    # for an unknown one: it takes both for common.
    session.connection().exec_driver_sql(_BY_THE_INDEX.format("off"))
    first = session.execute(select(texts.c.number).where(*conditions).limit(FEW + 1)).scalars().all()
    session.connection().exec_driver_sql(_BY_THE_INDEX.format("on"))
    return conditions if len(first) > FEW else [texts.c.number.in_(first)]


def _conditions(terms: Terms, labels: Sequence[str]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if terms.wanted or terms.unwanted:
        conditions.append(texts.c.words.bool_op("@@")(_query(terms)))
    if labels:
        conditions.append(texts.c.words.bool_op("@@")(func.plainto_tsquery("simple", " ".join(labels))))
    return conditions


def _query(terms: Terms) -> ColumnElement[Any]:
    entries = [_phrases([term.translate(_FOLDED)]) for term in terms.wanted]
    unwanted = ["-" + _phrases([term.translate(_FOLDED)]) for term in terms.unwanted]
    return func.websearch_to_tsquery("english", " ".join(entries + unwanted))


def _marked_by_postgresql(session: Session, terms: Terms, passages: Sequence[str]) -> Sequence[str]:
    # Folded character by character, so that what is marked is at the same place in the text itself.
    folded = literal([text.translate(_FOLDED) for text in passages], ARRAY(Text))
    entry = func.unnest(folded).table_valued("text", with_ordinality="number", name="said").render_derived()
    options = f"HighlightAll=true, StartSel={OPEN}, StopSel={CLOSE}"
    marked = func.ts_headline("english", entry.c.text, _query(terms), options)
    return session.execute(select(marked).order_by(entry.c.number)).scalars().all()


def _letter(character: str) -> str | None:
    if unicodedata.category(character)[0] in "PSZ":
        return " "
    bare = unicodedata.normalize("NFD", character)[0]
    return bare if bare != character and bare.isascii() else None


_BY_THE_INDEX = "SET LOCAL enable_seqscan TO {0}; SET LOCAL enable_indexscan TO {0}"

# SQLite's tokenizer does both by itself: PostgreSQL would keep accents, and read "either/or" as the name of a file.
# Done here, because its own `translate` looks through all of these for each character: 40 ms for an article.
_FOLDED = {number: bare for number in (*range(0x21, 0x250), *range(0x1E00, 0x2070)) if (bare := _letter(chr(number)))}

_INDEX = table("article_words", column("rowid"), column("article_words"))
# As a span, because the index goes from there to there; asked for one number after the other, it begins anew for each.
_AMONG = select(_INDEX.c.rowid).where(
    _INDEX.c.article_words.op("MATCH")(bindparam("match")),
    _INDEX.c.rowid.between(bindparam("low"), bindparam("high")),
    (_INDEX.c.rowid + 0).in_(select(func.json_each(bindparam("numbers")).table_valued("value").c.value)),
)
_OWN: dict[str, Any] = {"article": bindparam("of"), "text": bindparam("said"), "labels": bindparam("marked")}
_VECTOR = func.to_tsvector("english", bindparam("folded", type_=Text)).op("||")(
    func.to_tsvector("simple", bindparam("marked", type_=Text))
)
# Made once: to make a statement costs more than to run it.
_ENTER = {True: insert(texts).values(_OWN), False: insert(texts).values(_OWN | {"words": _VECTOR})}
_ENTER_AGAIN = {
    sqlite: update(texts).where(texts.c.article == bindparam("of")).values(values)
    for sqlite, values in ((True, _OWN), (False, _OWN | {"words": _VECTOR}))
}
