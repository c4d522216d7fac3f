"""Where the article of a dump ends: what a site prints under it, and the cards of other articles."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from services.parser.boilerplate_rules import Rules
from services.parser.captions import alike
from services.parser.characters import fold
from services.parser.credits import ends_with_credit
from services.parser.dumps.roles import bare_text, dates_page, is_sentence, role
from services.parser.lexicon import either, lexicon
from services.parser.lines import Line

SENTENCES = 2  # more text than this under a heading is the author's, unless it comes in cards
HALF, MARKED = 0.5, 0.35  # of the text before; under a mark of the end more is an annex
MENU, LONG_MENU, ENTRY_WORDS = 3, 8, 14
ARTICLE = 240  # characters of text: a heading that nobody knows ends no shorter article
LINKS = 3  # lines
CARD = 3  # lines of a card that has no text

_DUMPS = lexicon("dumps")
_TAIL = Rules(_DUMPS["tail"])
_MORE = re.compile(either(_DUMPS["cards"]["more"]))
_END_MARK = re.compile(r"#+(?: #+){0,9}|-+ ?30 ?-+|[-(\[#*]+ ?end ?[-)\]#*]+")
_ADDRESSED = re.compile(r"(?:\S{1,30} ){0,12}https?://\S{4,300}")
# A heading over cards that only the cards give away.
_WEAK = re.compile(r"(?:[\w.'&-]+ ){0,5}(?:news|stories|headlines|releases|updates|articles|photos|videos|events)")


def cut_tail(lines: Sequence[Line], start: int = 0) -> None:
    """Marks everything from the first line on that no author wrote, if no author's text is behind it.

    `start` is where the headline is, as far as the address tells it: nothing over it ends the article.
    """
    message = 0
    rest: list[_Rest] = []  # counted once: each line may be a heading
    for at, line in enumerate(lines):
        if at < start or (not line.kept and line.rule != "end-mark") or line.zone == "caption":
            continue
        rule = _rule(line) if message else None
        if rule:
            rest = rest or _counted(lines)
        if rule and _may_go(rest[at + 1], message, rule):
            _mark(lines[at:], rule)
            break
        if is_sentence(line.text) and role(line) is None:
            message += len(line.text)
    _mark_last_links(lines)
    _mark_last_menu(lines)


def _mark_last_links(lines: Sequence[Line]) -> None:
    """A mailing list's addresses: the last lines, each of a few words and an address; and the words right over them."""
    entries = [line for line in lines if line.kept]
    run = list(takewhile(lambda line: _ADDRESSED.fullmatch(line.text), reversed(entries)))
    over = entries[: len(entries) - len(run)][-1:]
    if len(run) >= LINKS:
        leads = [line for line in over if line.text.endswith(":") and line.key.count(" ") < ENTRY_WORDS]
        for line in [*run, *leads]:
            line.rule = "related"


def _mark_last_menu(lines: Sequence[Line]) -> None:
    """Short lines behind the last text are a menu from the first on that is a word of menus, if more of them are."""
    entries = [line for line in lines if line.kept]
    run = list(takewhile(_may_be_entry, reversed(entries)))[::-1]
    known = [at for at, line in enumerate(run) if _is_entry(line)]
    if len(known) >= (MENU if len(run) >= LONG_MENU else 1) and len(run) < len(entries):
        start = known[0]
        if len(run) - start >= MENU:
            for line in run[start:]:
                line.rule = "navigation"


def _may_be_entry(line: Line) -> bool:
    return line.key.count(" ") < ENTRY_WORDS and line.zone != "caption" and not is_sentence(line.text) and not line.bold


def _is_entry(line: Line) -> bool:
    """Whether a line is an entry that menus of many sites have."""
    bare = bare_text(line.text)
    return role(line) in {"kicker", "navigation", "control"} or _TAIL.name(Line(bare, fold(bare))) is not None


def is_card(line: Line) -> bool:
    """Whether a line is what only cards have: a date, a link to the whole, a text that is cut."""
    return bool(
        _MORE.fullmatch(line.key)
        or line.key.endswith(("...", "…"))
        or dates_page(line.text)
        or ends_with_credit(line.text)
    )


def _rule(line: Line) -> str | None:
    if _END_MARK.fullmatch(line.key):
        return "end-mark"
    return _TAIL.name(line) or (
        "cards" if " " in line.key and _WEAK.fullmatch(line.key) and not line.text.islower() else None
    )


@dataclass(frozen=True)
class _Rest:
    """What stands from a line on: its texts but for copies, their characters, and what only cards have."""

    texts: int = 0
    length: int = 0
    cards: int = 0


def _counted(lines: Sequence[Line]) -> list[_Rest]:
    """The rest of the page from each line on, and after the last; under a heading no text is a copy of one over it."""
    texts: list[Line] = []
    own: list[_Rest] = []
    for line in lines:
        if _rule(line):
            texts.clear()
        text = line.kept and is_sentence(line.text) and not any(alike(line.key, last.key) for last in texts[-CARD:])
        if text:
            texts.append(line)
        own.append(_Rest(texts=text, length=len(line.text) * text, cards=is_card(line)))
    rest = [_Rest()]
    for entry in reversed(own):
        last = rest[-1]
        rest.append(_Rest(last.texts + entry.texts, last.length + entry.length, last.cards + entry.cards))
    return rest[::-1]


def _may_go(after: _Rest, said: int, rule: str) -> bool:
    if rule == "end-mark":
        return after.length <= MARKED * said
    in_cards = after.cards > 0 and 2 * after.cards >= after.texts
    if rule == "cards":
        return said >= ARTICLE and in_cards
    return not after.texts or (after.texts <= SENTENCES and after.length <= HALF * said) or in_cards


def _mark(lines: Sequence[Line], rule: str) -> None:
    under = {"cards": "related", "end-mark": "footer"}.get(rule, rule)
    for number, line in enumerate(lines):
        if line.kept:
            line.rule = rule if rule == "end-mark" and not number else under
