"""Which line of a dump is the headline: by the address, by what is said twice, by what stands beside it."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from services.parser.address import Slug, parted_words, slug_words
from services.parser.byline_names import UNIT
from services.parser.characters import fold
from services.parser.dumps.line_roles import MENU_WORDS, LineRoles, menus
from services.parser.dumps.named import SURE_WORDS, covers, is_another, may_be_named
from services.parser.dumps.roles import (
    is_byline,
    is_place,
    is_sentence,
    is_speaker,
    may_be_headline,
    role,
)
from services.parser.dumps.titles import said_parts
from services.parser.dumps.window_title import in_page
from services.parser.lines import Line

LOOK = 600  # lines of the page: menus of agencies are long
COVERED = 0.8  # of the slug's words
NEAR = 6  # lines between a headline and what dates it
STRETCH = 3  # lines over a byline of which the first may be the headline and the next its summary
PASSED = frozenset({"kicker", "share", "control", "historical-notice", "label", "office"})  # between it and a headline
TITLED = ("title", "headline")
_STOPPED = re.compile(r"[a-z]{3}[.!]$")  # "everyone." and no "Va."
_OFFICE = re.compile(r"\bpublic affairs\b|\b(?:news|press) service$", re.IGNORECASE)


def find_headline(lines: Sequence[Line], names: Slug | None, *, promised: str = "") -> int | None:
    """The place of the headline, None where the dump has none; `promised` is a title that the page says elsewhere."""
    find = _Finder(lines)
    if promised:
        return next((at for at, line in enumerate(lines[:LOOK]) if line.kept and line.key == fold(promised)), None)
    ways: tuple[Callable[[], int | None], ...] = (
        lambda: find.by_slug(names),
        find.by_title,
        find.by_copy,
        find.over_date,
        find.under_kicker,
        lambda: find.first(names),
        find.over_date_below_text,
    )
    at = next((at for way in ways if (at := way()) is not None), None)
    return at if at is None else find.in_page(at)


def named_at(lines: Sequence[Line], names: Slug | None) -> int | None:
    """The place of the line that holds the words of the address."""
    return _Finder(lines).by_slug(names) if names else None


def headline_from(lines: Sequence[Line], names: Slug | None) -> int:
    """The place from which on the article may end: that of the headline, as far as address or scraper tell it."""
    by_scraper = next((at for at, line in enumerate(lines[:LOOK]) if line.zone == "headline"), 0)
    at = named_at(lines, names)
    return _Finder(lines).in_page(by_scraper if at is None else at)


def is_named(lines: Sequence[Line], names: Slug | None) -> bool:
    """Whether a line over the text holds the words of the address."""
    at = named_at(lines, names)
    return at is not None and not any(is_sentence(line.text) and role(line) is None for line in lines[:at])


class _Finder:
    """The lines before the text, and what each of them is."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines[:LOOK]
        self._roles = LineRoles(self._lines)
        self._text = next((at for at, line in enumerate(self._lines) if self._is_text(at, line)), len(self._lines))
        self._may = [at for at in range(self._text) if self._may_be(at)]
        self._menu = set(menus(self._lines, self._may))

    def _is_text(self, at: int, line: Line) -> bool:
        return self._roles[at] is None and line.shape != "list_item" and is_sentence(line.text)

    def _may_be(self, at: int) -> bool:
        if self._roles[at] is not None or not may_be_headline(self._lines[at]):
            return False
        last = len(self._lines) - 1
        return not (0 < at < last and self._roles[at - 1] == self._roles[at + 1] == "caption")

    def by_slug(self, names: Slug | None) -> int | None:
        """The line that holds the words of the address."""
        best: tuple[float, int] | None = None
        for at, line in enumerate(self._lines):
            if not (names and may_be_named(line) and line.rule is None and line.zone != "caption"):
                continue
            if self._roles[at] in {None, "slogan"} or len(names.words) >= SURE_WORDS:
                score = max(covers(names, slug_words(line.text)), covers(names, parted_words(line.text)))
                # Said again below a menu, it stands over its text there.
                again = best is not None and score == best[0] and at - best[1] > NEAR and self._is_bare(best[1], at)
                if score >= COVERED and (best is None or score > best[0] or again):
                    best = (score, at)
        return self._without_site(best[1]) if best else None

    def in_page(self, at: int) -> int:
        """The line itself, or the headline in the page, where a window's title or a scraper says it before the page."""
        said = [len(line.text) * self._is_text(at, line) for at, line in enumerate(self._lines)]
        return in_page(self._lines, said, at)

    def _is_bare(self, start: int, end: int) -> bool:
        """Whether no text stands between two lines."""
        return not any(self._is_text(at, self._lines[at]) for at in range(start + 1, end))

    def _without_site(self, at: int) -> int:
        """The line itself, or a later one that says it without what stands behind it."""
        parts = {fold(part) for part in said_parts(self._lines[at].text)[1:]} - {self._lines[at].key}
        later = range(at + 1, min(self._text + 1, len(self._lines)))
        return next((other for other in later if self._lines[other].key in parts), at)

    def by_title(self) -> int | None:
        """What the dump itself calls a title: the first that is no section's name."""
        titled = [at for at, line in enumerate(self._lines) if line.zone in TITLED and line.rule is None]
        return next((at for at in titled if self._roles[at] is None), None)

    def by_copy(self) -> int | None:
        """A line that comes again, alone or before the name of the site; of a longer and a shorter copy the shorter."""
        keys = {at: line.key for at, line in enumerate(self._lines) if may_be_headline(line) and line.zone != "caption"}
        for at in self._may:
            parts = {fold(part) for part in said_parts(self._lines[at].text)}
            if (end := self._broken_copy(at, parts)) is not None:
                return end
            copies = [
                other for other, key in keys.items() if other > at and key in parts and self._roles[other] is None
            ]
            text = self._lines[at].text
            if copies and not (at in self._menu or is_speaker(text) or _OFFICE.search(text)):
                return self._best_copy(at, copies)
        return None

    def _broken_copy(self, at: int, parts: set[str]) -> int | None:
        """The first line, where a headline over two lines is the first line's beginning."""
        rows = self._lines[at + 1 : self._text + 1]
        broken = any(f"{entry.key} {other.key}" in parts for entry, other in pairwise(rows))
        return at if broken else None

    def _best_copy(self, first: int, copies: Sequence[int]) -> int | None:
        over = [at for at in copies if at < self._text]
        same = [at for at in (first, *over) if self._lines[at].key == self._lines[copies[0]].key]
        mixed = [at for at in same if not self._lines[at].text.isupper()]
        return (mixed or same or [first])[0] if over else first

    def over_date(self) -> int | None:
        """The line over the first date, byline or label that stands under one."""
        may = set(self._may)
        for marks in ({"published", "release-number"}, {"label", "contact"}):
            for anchor in range(1, min(self._text + 1, len(self._lines))):
                if (
                    self._roles[anchor] in marks
                    and not self._presents(anchor)
                    and (at := self._above(anchor, may)) is not None
                ):
                    return self._over_byline(at, anchor, may) or self._over_block(at, anchor, may)
        return None

    def _over_byline(self, at: int, anchor: int, may: set[int]) -> int | None:
        """The line right over the byline under the date, where only a section's name, or pictures, tell against it."""
        lines = self._lines[anchor + 1 : anchor + NEAR]
        signed = next((place for place, line in enumerate(lines, anchor + 1) if is_byline(line.text)), 0)
        pictured = any(self._roles[place] == "caption" for place in range(anchor, signed))
        section = self._lines[at].key.count(" ") < MENU_WORDS - 1
        return signed - 1 if signed - 1 in may and signed - 1 > anchor and (section or pictured) else None

    def _over_block(self, at: int, anchor: int, may: set[int]) -> int:
        """The line over a block that says who spoke, before whom, where and when; else the line itself."""
        start = next((place for place in range(anchor, 0, -1) if self._lines[place].gap), 0)
        speaks = any(is_speaker(line.text) for line in self._lines[start : at + 1])
        return start - 1 if speaks and start <= at and start - 1 in may else at

    def _presents(self, anchor: int) -> bool:
        """Whether a line says who speaks, over the headline: a letterhead's does, with the date behind the name."""
        dated = anchor + 2 < len(self._lines) and self._roles[anchor + 1] == "published"
        return self._lines[anchor].key.startswith("presenter") and anchor + 1 + dated in self._may

    def _above(self, anchor: int, may: set[int]) -> int | None:
        """The nearest line over the anchor that can be a headline; names and places may stand between."""
        at = anchor - 1
        while at >= 0 and anchor - at <= NEAR and (self._is_between(at) or self._roles[at] in PASSED):
            at -= 1
        # A title may look like a name, too.
        nearest = anchor - 1 if anchor - 1 in may and not _OFFICE.search(self._lines[anchor - 1].text) else None
        if at not in may:
            return nearest
        stretch = [at]
        while stretch[0] - 1 in may and len(stretch) <= STRETCH:
            stretch.insert(0, stretch[0] - 1)
        placed = nearest is not None and is_place(self._lines[nearest].text)
        if nearest is not None and not placed and all(place in self._menu for place in stretch):
            return nearest
        stretch = [place for place in stretch if place not in self._menu]
        stretch = [place for place in stretch if self._lines[place].key.count(" ") >= MENU_WORDS - 1] or stretch[-1:]
        if len(stretch) > STRETCH or not stretch:
            return at
        best = next((place for place in stretch if not UNIT.search(self._lines[place].text)), at)
        return nearest if _OFFICE.search(self._lines[best].text) else best

    def _is_between(self, at: int) -> bool:
        text = self._lines[at].text
        return self._roles[at] is None and at > 0 and (is_place(text) or is_speaker(text))

    def under_kicker(self) -> int | None:
        """The first line under the last kicker, breadcrumb or date over the text; an office may stand between."""
        marks = [at for at in range(self._text) if self._roles[at] in {"kicker", "breadcrumb", "published"}]
        under = [at for at in self._may if marks and at > marks[-1] and not is_place(self._lines[at].text)]
        titles = (at for at in under if not _OFFICE.search(self._lines[at].text))
        return next(titles, next(iter(under), None))

    def first(self, names: Slug | None) -> int | None:
        """The first line that is no part of a menu; the last line of a menu over the text is the headline."""
        plain = [at for at in self._may if not (at in self._menu or self._is_between(at) or self._is_said(at))]
        plain = [at for at in plain if not is_another(names, slug_words(self._lines[at].text))]
        return (
            next(iter(plain), None)
            if plain
            else max(self._menu, default=None)
            if self._text < len(self._lines)
            else None
        )

    def _is_said(self, at: int) -> bool:
        """Whether a line that has nothing over it ends as sentences do: a text without a headline begins so."""
        tokens = self._lines[at].text.split()
        return not at and len(tokens) > 1 and _STOPPED.search(tokens[-1]) is not None

    def over_date_below_text(self) -> int | None:
        """Under a notice that nobody knows: a title with a date or a byline right under it."""
        for at, line in enumerate(self._lines[:-1]):
            dated = self._roles[at + 1] == "published"
            if dated and self._roles[at] is None and may_be_headline(line) and at <= self._text + STRETCH:
                return at
        return None
