"""Other stories on the page of a story: known by the heading over them, or by a link that says what it leads to."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import takewhile

from services.parser.boilerplate_rules import END
from services.parser.characters import fold
from services.parser.lexicon import either_folded, lexicon
from services.parser.lines import Line
from services.parser.zones import OUTSIDE

BEFORE_COMMENTS = 40  # words of running text over the comments; fewer are a summary
HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6", "legend", "summary"})
TITLES = 2  # that lead elsewhere: one may be the article's own
TEASER = 3  # lines under a title that are of its teaser
LOOK = 16  # lines from the end, or headings
_FORMS = lexicon("related")
_HEADINGS = (*END["related"], *_FORMS["headings"])
_RELATED = {
    True: re.compile(rf"(?:{either_folded(_HEADINGS)})\W{{0,4}}"),
    False: re.compile(rf"(?:{either_folded((*_HEADINGS, *_FORMS['filed']))})\W{{0,4}}"),
}
_PROMOTION = re.compile(rf"\W*(?:{either_folded(_FORMS['promotions'])})\s*:")
_BARE_PROMOTION = re.compile(rf"\W*(?:{either_folded((*_FORMS['promotions'], *_HEADINGS))})\W*")
_BOXES = {
    rule: re.compile(rf"(?:{either_folded(_FORMS[name])})\W{{0,4}}")
    for rule, name in (("aside", "about"), ("contact", "reach"))
}
_COMMENTS = re.compile(rf"\W{{0,3}}(?:{either_folded(_FORMS['comments'])})\W{{0,4}}")


def mark_related(lines: Sequence[Line]) -> None:
    """Says of lines that belong to other stories that they are "related"."""
    left = [line for line in lines if line.kept]
    _mark_last(left)
    _mark_apart(lines)
    _mark_promotions(left)


def mark_comments(lines: Sequence[Line]) -> None:
    """Says of a heading over comments, and of all that is kept under it, that they are no text.

    Over it must stand running text: "3 comments" also stands under a headline, beside name and date.
    """
    tokens = 0
    for at, line in enumerate(lines):
        if line.kept and line.is_prose:
            tokens += line.words
        elif tokens >= BEFORE_COMMENTS and line.zone not in OUTSIDE and _is_over_comments(line):
            for comment in lines[at:]:
                comment.rule = comment.rule or "comments"
            return


def _is_heading(line: Line) -> bool:
    return line.tag in HEADINGS or line.bold or line.shape == "subhead"


def _is_over_comments(line: Line) -> bool:
    return _is_heading(line) and _COMMENTS.fullmatch(line.key) is not None


def _mark_last(lines: Sequence[Line]) -> None:
    """A heading such as "Related Stories" takes the titles under it, if nothing but titles is under it."""
    for at in range(len(lines) - 1, max(-1, len(lines) - LOOK), -1):
        if lines[at].is_prose:
            return
        if _RELATED[lines[at].inside].fullmatch(lines[at].key):
            for line in lines[at:]:
                line.rule = line.rule or "related"


def _mark_apart(lines: Sequence[Line]) -> None:
    """Such a heading in a block of its own takes what is under it, up to the next line beside the running text.

    Never more than there was text before: then the heading is over the article.
    """
    text: dict[int, int] = {}
    looks = 0
    for at, line in enumerate(lines):
        if line.kept and line.is_prose and line.zone in {"", "body"}:
            text[line.place] = text.get(line.place, 0) + len(line.text)
        elif text and line.place not in text and line.rule != "related" and _RELATED[line.inside].fullmatch(line.key):
            _take(_apart(lines[at:], text.keys()), most=sum(text.values()))
            looks += 1
        elif text and line.place not in text and line.kept and _is_heading(line):
            _mark_box(lines, at)
        if looks == LOOK:
            return


def _mark_box(lines: Sequence[Line], at: int) -> None:
    """The block that such a heading opens."""
    rule = next((name for name, form in _BOXES.items() if form.fullmatch(lines[at].key)), None)
    beside = (lines[below] for below in range(at, len(lines) if rule else at))
    for line in takewhile(lambda line: line.place == lines[at].place, beside):
        line.rule = line.rule or rule


def _apart(lines: Sequence[Line], places: AbstractSet[int]) -> list[Line]:
    """The lines from here that stand neither beside the running text nor in a body that the heading is not in."""
    inside = lines[0].inside
    return list(takewhile(lambda line: line.place not in places and line.inside <= inside, lines))


def _take(block: Sequence[Line], *, most: int) -> None:
    if sum(len(line.text) for line in block if line.is_prose) <= most or _are_teasers(block):
        for line in block:
            line.rule = line.rule or "related"


def _are_teasers(block: Sequence[Line]) -> bool:
    """Whether each running text stands under a title that leads elsewhere."""
    titles = [at for at, line in enumerate(block) if line.is_linked]
    under = {title + step for title in titles for step in range(1, TEASER + 1)}
    return len(titles) >= TITLES and all(at in under for at, line in enumerate(block) if line.is_prose)


def _mark_promotions(lines: Sequence[Line]) -> None:
    """A line that ends in a link, and says itself that this leads to another story."""
    for line in lines:
        if line.kept and line.links and line.text.rstrip(" ]").endswith(line.links[-1].text):
            message = line.key.removesuffix(fold(line.links[-1].text))
            if _PROMOTION.match(line.key) or _BARE_PROMOTION.fullmatch(message):
                line.rule = "related"
