"""What can be seen of a line without knowing its words: how it looks, where it stands, what stands around it.

Each feature is a number with a name in `NAMES`; the weights file refers to them by these names.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log1p
from typing import Final

from services.parser.general.title import title_line
from services.parser.lines import Line
from services.parser.markup import Place
from services.parser.page import Page
from services.parser.zones import OUTSIDE

_STOPS: Final = re.compile(r"[.!?…。！？؟।:][\"'”’»)\]]*$")  # noqa: RUF001 - the full stops of other scripts
_COMMAS: Final = re.compile(r"[,;،、，]")  # noqa: RUF001
_HINTS: Final = {
    "good": r"article|content|entry|post|body|story|text|main|prose|column|rich|blog|news|page|detail|single|node",
    "body": r"(?:article|entry|post|story|page|main|rich|node|blog|news|field|single)[-_]*(?:name[-_]*)?(?:body|content|text)|prose|wysiwyg|article__",
    "side": r"side-?bar|aside|rail|widget|secondary|complementary|right-?col|left-?col|sticky",
    "frame": r"head(?:er)?(?![a-z])|foot(?:er)?|nav|menu|masthead|topbar|bottom|breadcrumb|toolbar|copyright|colophon",
    "more": r"relat|recommend|more|popular|trending|latest|recent|also|next|prev|similar|read-?on|suggest|featured|archive|teaser|card|promo|listing|grid|carousel|slider|swiper|loop|feed",
    "talk": r"comment|respon[ds]|disqus|discuss|reply|forum|review|rating|vote|poll",
    "share": r"share|social|follow|facebook|twitter|print|email|tool|action|like|bookmark",
    "sell": r"newsletter|subscri|sign-?up|donat|promo|advert|(?<![a-z])ads?(?![a-z])|sponsor|banner|cta|call-?to|offer|product|shop|price|cart|membership|paywall|app-",
    "note": r"cookie|consent|gdpr|privacy|modal|popup|overlay|alert|notice|disclaimer|legal|dialog|lightbox|toast",
    "meta": r"meta|byline|author|date|time|published|posted|tag|categor|topic|bio|credit|info|label|kicker|subtitle|summary|excerpt|dek|lead|intro|standfirst|toc|contents|field__label",
    "media": r"caption|figure|image|photo|gallery|video|media|player|thumb|picture|slide|embed",
    "form": r"form|search|login|input|select|filter|button|btn|contact",
}  # fmt: skip
_MARKS: Final = {name: re.compile(form, re.IGNORECASE) for name, form in _HINTS.items()}
_OWN: Final = tuple(f"own_{name}" for name in _HINTS)
_NEAR: Final = tuple(f"near_{name}" for name in _HINTS)
_FAR: Final = tuple(f"far_{name}" for name in _HINTS)
_TAGS: Final = ("p", "li", "h1", "h2", "h3", "h4", "td", "table", "div", "span", "a", "blockquote", "pre", "dd", "br", "section", "article", "body", "th", "figcaption")
_AROUND: Final = ("main", "article", "aside", "header", "footer", "nav", "form", "section", "ul", "ol", "table", "blockquote", "figure")
NEAR: Final = 3  # blocks around a line whose names count as near
WINDOW: Final = 3

NAMES: Final = (
    "words", "stop", "commas", "digits", "capitals", "begins_small", "linked", "links", "all_link", "bold", "bars", "copy", "mean_length", "prose",
    *(f"tag_{tag}" for tag in _TAGS), *_OWN, *_NEAR, *_FAR, *(f"in_{tag}" for tag in _AROUND), "depth",
    "at", "at_words", "from_title", "is_title", "before_title", "from_first", "to_last", "between",
    "top_home", "in_top", "top_share", "home_words", "home_prose", "home_linked", "home_share", "up_words", "up_linked", "up_share", "twins", "twins_linked", "like_top",
    *(f"{what}_{side}{at}" for side in ("prev", "next") for at in range(1, WINDOW + 1) for what in ("words", "linked", "prose", "same")),
    "since_prose", "until_prose", "around_prose", "around_linked", "again", "outside_near", "under_linked", "head_since", "promised",
)  # fmt: skip


@dataclass(slots=True)
class _Sums:
    """What a block holds: its own lines, or with those of the blocks in it."""

    words: int = 0
    prose: int = 0
    linked: int = 0
    lines: int = 0


@dataclass
class _Tree:
    own: list[_Sums]
    all: list[_Sums]
    near: list[float]
    hints: list[tuple[frozenset[str], frozenset[str]]]
    around: list[dict[str, int]]
    depth: list[int]
    like: list[tuple[int, str]]
    twins: Counter = field(default_factory=Counter)


def features(page: Page, lines: Sequence[Line], places: Sequence[Place]) -> list[list[float]]:
    """The numbers of each line, in the order of `NAMES`."""
    return _Features(page, lines, places).rows()


class _Features:
    def __init__(self, page: Page, lines: Sequence[Line], places: Sequence[Place]) -> None:
        self.lines, self.places = lines, places
        self.open = [line.zone not in OUTSIDE for line in lines]
        self.words = [line.key.count(" ") + 1 for line in lines]
        self.linked = [_linked(line) for line in lines]
        self.prose = [
            ok and linked < 0.5 and (words >= 15 or (words >= 6 and _STOPS.search(line.text) is not None))
            for ok, linked, words, line in zip(self.open, self.linked, self.words, lines, strict=True)
        ]
        self.title = title_line(page, lines)
        self._sum()
        self._hint()
        self.again = Counter(line.key for line in lines)
        self.promised = page.json_ld("articleBody") if page.root is not None else ""

    def _sum(self) -> None:
        places = self.places
        self.own = [_Sums() for _ in places]
        for at, line in enumerate(self.lines):
            if not self.open[at]:
                continue
            sums = self.own[line.place]
            sums.words += self.words[at]
            sums.linked += round(self.words[at] * self.linked[at])
            sums.lines += 1
            if self.prose[at]:
                sums.prose += self.words[at]
        self.all = [_Sums(s.words, s.prose, s.linked, s.lines) for s in self.own]
        near = [float(s.prose) for s in self.own]
        for at in range(len(places) - 1, 0, -1):
            parent, mine = places[at].parent, self.all[at]
            sums = self.all[parent]
            sums.words += mine.words
            sums.prose += mine.prose
            sums.linked += mine.linked
            sums.lines += mine.lines
            near[parent] += 0.6 * near[at]
        self.top = max(range(len(places)), key=near.__getitem__)
        self.total = max(1, self.all[0].prose)
        self.total_words = max(1, self.all[0].words)

    def _hint(self) -> None:
        empty: frozenset[str] = frozenset()
        self.marks = [empty]
        self.far = [empty]
        self.depth = [0]
        self.around: list[frozenset[str]] = [empty]
        self.in_top = [self.top == 0]
        twins: dict[tuple[int, str, str], list[int]] = {}
        for at, place in enumerate(self.places[1:], 1):
            hints = _hints(place.words)
            self.marks.append(hints)
            far = self.far[place.parent]
            self.far.append(far if hints <= far else far | hints)
            around = self.around[place.parent]
            self.around.append(around | {place.tag} if place.tag in _AROUND and place.tag not in around else around)
            self.depth.append(self.depth[place.parent] + 1)
            self.in_top.append(at == self.top or self.in_top[place.parent])
            twins.setdefault((place.parent, place.tag, place.words), []).append(at)
        self.twins = [(0, 0.0)] * len(self.places)
        for members in twins.values():
            if len(members) > 1:
                words = sum(self.all[at].words for at in members)
                linked = sum(self.all[at].linked for at in members) / words if words else 0.0
                for at in members:
                    self.twins[at] = (len(members), linked)

    def rows(self) -> list[list[float]]:
        lines, prose = self.lines, self.prose
        count = len(lines)
        proses = [at for at in range(count) if prose[at]]
        tops = [at for at in proses if self.in_top[lines[at].place]] or proses
        first, last = (tops[0], tops[-1]) if tops else (count, -1)
        since, until = _distances(prose)
        looks = [(float(min(w, 60)), l, float(p)) for w, l, p in zip(self.words, self.linked, prose, strict=True)]
        head = -1
        done = 0
        rows = []
        top = self.places[self.top]
        for at, line in enumerate(lines):
            place = line.place
            row = self._look(at, line)
            row += self._named(at, line)
            done += self.words[at] if self.open[at] else 0
            title = self.title
            row += [
                at / count, done / self.total_words,
                max(-30.0, min(60.0, float(at - title))) if title >= 0 else -31.0,
                float(at == title), float(at < title),
                max(-20.0, min(20.0, float(at - first))), max(-20.0, min(20.0, float(last - at))), float(first <= at <= last),
            ]  # fmt: skip
            own, parent = self.own[place], self.places[place].parent
            up = self.all[parent]
            mine = self.all[place]
            twins, twins_linked = max(self.twins[place], self.twins[parent])
            row += [
                float(place == self.top), float(self.in_top[place]), self.all[self.top].prose / self.total,
                log1p(own.words), own.prose / own.words if own.words else 0.0, own.linked / own.words if own.words else 0.0,
                mine.prose / self.total, log1p(up.words), up.linked / up.words if up.words else 0.0, up.prose / self.total,
                float(min(twins, 12)), twins_linked, float(self.places[place].tag == top.tag and self.places[place].words == top.words),
            ]  # fmt: skip
            for side in (-1, 1):
                for step in range(1, WINDOW + 1):
                    other = at + side * step
                    if 0 <= other < count:
                        row += [*looks[other], float(lines[other].place == place)]
                    else:
                        row += [-1.0, 0.0, 0.0, 0.0]
            low, high = max(0, at - 6), min(count, at + 7)
            near = range(low, high)
            weight = sum(self.words[o] for o in near) or 1
            if line.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
                head = at
            under = [o for o in range(at + 1, min(count, at + 5))]
            row += [
                float(min(since[at], 20)), float(min(until[at], 20)),
                sum(self.words[o] for o in near if prose[o]) / weight, sum(self.words[o] * self.linked[o] for o in near) / weight,
                float(min(self.again[line.key], 5)), sum(not self.open[o] for o in near) / len(near),
                sum(self.linked[o] for o in under) / len(under) if under else 0.0,
                float(min(at - head, 20)) if head >= 0 else 21.0,
                (1.0 if line.text[:80] in self.promised else -1.0) if self.promised else 0.0,
            ]  # fmt: skip
            rows.append(row)
        return rows

    def _look(self, at: int, line: Line) -> list[float]:
        text, size = line.text, len(line.text)
        letters = sum(map(str.isalpha, text)) or 1
        return [
            log1p(self.words[at]), float(_STOPS.search(text) is not None), min(8.0, float(len(_COMMAS.findall(text)))),
            sum(map(str.isdigit, text)) / size, sum(map(str.isupper, text)) / letters, float(text[0].islower()),
            self.linked[at], float(min(len(line.links), 6)), float(self.linked[at] > 0.9), float(line.bold),
            float(text.count("|") + text.count("·") + text.count("•")), float("©" in text or "copyright" in line.key), size / self.words[at], float(self.prose[at]),
        ]  # fmt: skip

    def _named(self, at: int, line: Line) -> list[float]:
        place = line.place
        own = _hints(line.marks)
        near: set[str] = set()
        up = place
        for _ in range(NEAR):
            near |= self.marks[up]
            up = self.places[up].parent
        far, around = self.far[place], self.around[place]
        return [
            *(float(line.tag == tag) for tag in _TAGS), *(float(name in own) for name in _HINTS),
            *(float(name in near) for name in _HINTS), *(float(name in far) for name in _HINTS),
            *(float(tag in around) for tag in _AROUND), float(min(self.depth[place], 30)),
        ]  # fmt: skip


def _linked(line: Line) -> float:
    return min(1.0, sum(len(link.text) for link in line.links) / len(line.text)) if line.links else 0.0


def _distances(prose: Sequence[bool]) -> tuple[list[int], list[int]]:
    since, until = [], []
    run = 20
    for is_prose in prose:
        since.append(run)
        run = 0 if is_prose else run + 1
    run = 20
    for is_prose in reversed(prose):
        until.append(run)
        run = 0 if is_prose else run + 1
    return since, until[::-1]


_cache: dict[str, frozenset[str]] = {}


def _hints(words: str) -> frozenset[str]:
    found = _cache.get(words)
    if found is None:
        short = words[:300]
        found = frozenset(name for name, form in _MARKS.items() if form.search(short))
        if len(_cache) < 20_000:
            _cache[words] = found
    return found
