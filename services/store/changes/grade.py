"""How much a change weighs. Where it is in doubt, the heavier grade: a fact that was missed costs more than a notice.

The rules know English best; figures, months and negations of Spanish, French and German are known as well.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

from services.contracts.article import Article
from services.contracts.changes import ArticleChange, ChangedField, Fact, Grade
from services.store.changes.diff import differences_by_word
from services.store.changes.texts import Pair, changed_texts
from services.store.changes.words import dates, figures, folded, names, negations, respelled

LOSS, LOSS_WORDS = 0.25, 40
"""A large removal: the body has lost so much of its words on balance, and so many."""
_SUBJECTS = (
    "article|story|release|news release|press release|post|page|report|transcript|statement|version|advisory|notice"
)
_LABELS = (
    "correction|corrected|clarification|editor['’]?s['’]? note|erratum|retraction|retracted|update|updated|"
    "fe de erratas|rectificatif|berichtigung|korrektur"
)
_DONE = "updated|corrected|amended|revised|clarified|retracted|withdrawn|modified|edited"
_WRONG = "of this|of the|misstated|incorrectly|stated|said|contained|omitted|listed|gave|misidentified"
NOTICE = re.compile(
    rf"(?:^|[\[(.*]\s?)\*{{0,3}} ?(?:{_LABELS})(?: \([^)]{{1,40}}\)| [a-z0-9 .,/]{{1,30}})?\s?[:—–]"
    rf"|\b(?:this|the) (?:{_SUBJECTS}) (?:has been|was|is|have been) (?:{_DONE})\b"
    rf"|\b(?:an?|the) (?:earlier|previous|prior|original) (?:version|{_SUBJECTS}) (?:{_WRONG})\b",
    re.IGNORECASE | re.MULTILINE,
)
"""What says that a text was corrected. It is linear: no part of it can match in more than one way."""


def change_of(old: Article, new: Article, returns_to: int | None = None) -> ArticleChange:
    """Grade, facts and the whole diff of two wordings that differ."""
    pairs = changed_texts(old, new)
    facts = tuple(_facts(old, new, pairs))
    return ArticleChange(
        grade=_grade(old, new, pairs, facts), facts=facts, returns_to=returns_to, diff=differences_by_word(pairs)
    )


def _grade(old: Article, new: Article, pairs: Sequence[Pair], facts: Sequence[Fact]) -> Grade:
    if _loses_much(old, new):
        return "removal"
    if _notices(new) > _notices(old):
        return "correction"
    if facts:
        return "facts"
    return "typographic" if _only_looks_differ(_of(pairs, *_RUNNING)) else "wording"


_RUNNING: tuple[ChangedField, ...] = ("dek", "body", "images")
"""Fields of running text: what differs in the others is a fact."""


def _facts(old: Article, new: Article, pairs: Sequence[Pair]) -> Iterator[Fact]:
    if not _only_looks_differ(_of(pairs, "headline")):
        yield "headline"
    before, after = _sides(_of(pairs, *_RUNNING))
    if figures(before) != figures(after):
        yield "figures"
    if _names_differ(old, new, before, after) or not _only_looks_differ(_of(pairs, "byline", "dateline")):
        yield "names"
    if dates(before) != dates(after) or not _same_day(old.published_at, new.published_at):
        yield "dates"
    if negations(before) != negations(after):
        yield "negation"


def _names_differ(old: Article, new: Article, before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether a name is new to the article, or is named no more, or other names stand in what was changed."""
    if _words(before) == _words(after):
        return False
    known = frozenset(names([*_running(old), *_running(new)]))
    return names(before, known) != names(after, known)


def _only_looks_differ(pairs: Sequence[Pair]) -> bool:
    """Whether the same words stand there in the same order, or one of them in another spelling."""
    before, after = map(_words, _sides(pairs))
    return before == after or (respelled(before, after) and not _capitals(pairs))


def _capitals(pairs: Sequence[Pair]) -> bool:
    """Whether the words that differ have capitals: another spelling of a name is another name."""
    before, after = _sides(pairs)
    return names(before) != names(after)


def _loses_much(old: Article, new: Article) -> bool:
    before, after = (sum(len(folded(block.text)) for block in article.body) for article in (old, new))
    return before - after >= max(LOSS_WORDS, LOSS * before)


def _notices(article: Article) -> int:
    texts = (article.headline, article.dek or "", *(block.text for block in article.body))
    return sum(1 for text in texts for _ in NOTICE.finditer(text))


def _same_day(old: date | None, new: date | None) -> bool:
    """Whether two times of publication agree as far as both are precise."""
    if old is None or new is None or isinstance(old, datetime) == isinstance(new, datetime):
        return _instant(old) == _instant(new)
    return old.isoformat()[:10] == new.isoformat()[:10]


def _instant(when: date | None) -> date | None:
    if isinstance(when, datetime) and when.tzinfo is None:
        return when.replace(tzinfo=UTC)
    return when


def _of(pairs: Iterable[Pair], *fields: ChangedField) -> list[Pair]:
    return [pair for pair in pairs if pair.field in fields]


def _sides(pairs: Sequence[Pair]) -> tuple[list[str], list[str]]:
    return [pair.old for pair in pairs], [pair.new for pair in pairs]


def _words(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in folded(text)]


def _running(article: Article) -> list[str]:
    return [block.text for block in article.body]
