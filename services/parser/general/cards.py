"""What a page leads to: linked titles of one look, each with its date, as listings have them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from services.parser.date_labels import is_date
from services.parser.dates import spots
from services.parser.general.features import linked_share
from services.parser.lexicon import either_folded, lexicon
from services.parser.lines import Line
from services.parser.markup import Place
from services.parser.zones import OUTSIDE

TITLE_WORDS: Final = 3
REPEATED: Final = 3  # of one look: chance ends here
LABEL_WORDS: Final = 4  # "Read more", "Apply for DR-4843"
LINKED: Final = 0.8  # of a line, and it is a link
FLUENT: Final = 0.5  # of a line, and it is no running text
DATE_LINE: Final = 80  # characters of a line that dates a card
ABOVE, BELOW = 2, 3  # lines around a title that are its card's
UNDER: Final = 4  # lines under a headline that say when and by whom
LEVELS: Final = 4  # of the tree that make the look of a title
_FORMS = lexicon("rejection")
_PAGES = re.compile(either_folded(_FORMS["pages"]))
_SIGNED: Final = frozenset({"byline", "published", "story-line", "byline-or-date"})


@dataclass(frozen=True)
class Cards:
    """`titles` is the number of linked titles of the commonest look, `dated` how many of one look have a date,
    `again` how often the commonest short link is repeated.

    `prose` counts the words of running text that the reader kept, `free` those that stand in no card. `paged` is
    whether the list goes on elsewhere, `signed` whether a date or a byline stands over all cards or under the
    headline.
    """

    titles: int
    dated: int
    again: int
    prose: int
    free: int
    paged: bool
    signed: bool


def cards_of(lines: Sequence[Line], places: Sequence[Place]) -> Cards:
    """The cards among the lines of a page; `places` are the blocks that the lines stand in."""
    shown = [line for line in lines if line.zone not in OUTSIDE]
    looks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    labels: dict[str, list[int]] = defaultdict(list)
    for at, line in enumerate(shown):
        if line.links and not line.group and _is_linked_title(line):
            tokens = line.words
            if tokens >= TITLE_WORDS:
                looks[_look(line, places)].append(at)
            if tokens <= LABEL_WORDS:
                labels[line.key].append(at)
    titles, again = (max(answer.values(), key=len, default=[]) for answer in (looks, labels))
    prose = {at: line.words for at, line in enumerate(shown) if _is_text(line)}
    inside = {at + step for at in titles for step in range(BELOW + 1)}
    first = min((result[0] - ABOVE for result in (titles, again) if len(result) >= REPEATED), default=len(shown))
    return Cards(
        titles=len(titles),
        dated=max((_dated(shown, look) for look in (*looks.values(), *labels.values())), default=0),
        again=len(again),
        prose=sum(prose.values()),
        free=sum(terms for at, terms in prose.items() if at not in inside),
        paged=sum(_PAGES.fullmatch(line.key) is not None for line in lines) >= 2,
        signed=any(line.rule in _SIGNED for line in shown[: max(0, first)])
        or _signed_below(shown, (*looks.values(), again)),
    )


def _is_linked_title(line: Line) -> bool:
    """Whether a line is a link, a link and its date, or a row of a table that a link begins."""
    if linked_share(line) > LINKED:
        return True
    if line.tag == "table":
        return line.text.startswith(line.links[0].text) and not line.is_prose
    return len(line.links) == 1 and len(line.text) <= DATE_LINE and is_date(line.text.replace(line.links[0].text, " "))


def _look(line: Line, places: Sequence[Place]) -> tuple[str, ...]:
    tags, at = [line.tag], line.place
    for _ in range(LEVELS):
        tags.append(places[at].tag)
        at = places[at].parent
    return tuple(tags)


def _dated(shown: Sequence[Line], look: Sequence[int]) -> int:
    """How many of these titles have a date of their own: near them, and nearer than the next title."""
    if len(look) < REPEATED:
        return 0
    lows, highs = (-1, *look[:-1]), (*look[1:], len(shown))
    return sum(
        any(_is_date(shown[at]) for at in range(max(low + 1, title - ABOVE), min(high, title + BELOW + 1)))
        for low, title, high in zip(lows, look, highs, strict=True)
    )


def _signed_below(shown: Sequence[Line], looks: Iterable[Sequence[int]]) -> bool:
    """Whether a date or a byline stands below the headline, and in no card: the cards may come before the article."""
    carded = {title + step for look in looks for title in look for step in range(-ABOVE, BELOW + 1)}
    heads = [at for at, line in enumerate(shown) if line.rule == "headline" and line.tag == "h1"][:1]
    return any(
        shown[at].rule in _SIGNED and at not in carded
        for head in heads
        for at in range(head + 1, min(len(shown), head + 1 + UNDER))
    )


def _is_date(line: Line) -> bool:
    return len(line.text) <= DATE_LINE and bool(spots(line.key, short_years=True))


def _is_text(line: Line) -> bool:
    return line.kept and line.is_prose and linked_share(line) < FLUENT
