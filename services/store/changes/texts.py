"""Which texts of an article changed: those that only moved are left out, and each new one is put beside its old one."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.contracts.article import Article, Image
from services.contracts.changes import ChangedField
from services.store.changes.words import folded

ALIKE = 0.4
"""The part of the words of the longer text from which on two texts are one that was changed."""
WINDOW = 8
"""Texts that a text is compared with: what moved further than that, and was changed, is gone and new."""


@dataclass(frozen=True)
class Pair:
    """A text as it was and as it is; empty where there was or is none."""

    field: ChangedField
    old: str
    new: str


def changed_texts(old: Article, new: Article) -> list[Pair]:
    """Every text that differs, field by field in the order in which they are read."""
    return [
        Pair(field, before, after)
        for field, texts in _TEXTS.items()
        for before, after in _paired(list(texts(old)), list(texts(new)))
    ]


def all_texts(article: Article) -> Iterator[str]:
    """Every text of an article of which a change is told."""
    return (text for texts in _TEXTS.values() for text in texts(article))


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    gone, come = _without(old, new), _without(new, old)
    if len(gone) == len(come) == 1:
        yield gone[0], come[0]
        return
    bags = {text: Counter(folded(text)) for text in {*gone, *come}}
    waiting = list(gone)
    for text in come:
        best = max(waiting[:WINDOW], key=lambda other: _likeness(bags[other], bags[text]), default=None)
        if best is None or _likeness(bags[best], bags[text]) < ALIKE:
            yield "", text
            continue
        at = waiting.index(best)
        yield from ((passed, "") for passed in waiting[:at])
        del waiting[: at + 1]
        yield best, text
    yield from ((text, "") for text in waiting)


def _without(texts: Iterable[str], others: Iterable[str]) -> list[str]:
    """The texts that the others do not have, as often as they have them less; in order."""
    left, result = Counter(others), list[str]()
    for text in texts:
        if left[text] > 0:
            left[text] -= 1
        else:
            result.append(text)
    return result


def _likeness(ours: Counter[str], theirs: Counter[str]) -> float:
    return (ours & theirs).total() / (max(ours.total(), theirs.total()) or 1)


def _pictures(article: Article) -> Iterator[str]:
    yield from filter(None, map(_caption, article.images))


def _caption(image: Image) -> str:
    return "\n".join(filter(None, (image.title, image.caption, image.credit, image.virin)))


def _bylines(article: Article) -> Iterator[str]:
    return (f"{writer.name}, {writer.affiliation}" if writer.affiliation else writer.name for writer in article.byline)


_TEXTS: dict[ChangedField, Callable[[Article], Iterable[str]]] = {
    "headline": lambda article: (article.headline,),
    "dek": lambda article: filter(None, (article.dek,)),
    "byline": _bylines,
    "dateline": lambda article: filter(None, (article.dateline,)),
    "published_at": lambda article: (article.published_at.isoformat(),) if article.published_at else (),
    "body": lambda article: (block.text for block in article.body),
    "images": _pictures,
}
