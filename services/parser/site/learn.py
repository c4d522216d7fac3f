"""Learns a site profile from pages of one host: what stands on many of them, and which blocks hold their text."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain, islice

from services.parser.characters import fold
from services.parser.page import title_parts
from services.parser.parsed_page import ParsedPage
from services.parser.site.boxes import Boxes
from services.parser.site.profile import ENOUGH, Box, SiteProfile, fingerprint

SAMPLE = 200
"""Pages of a host that are looked at, at most."""
LINES = 2_000  # of a page: its first and its last thousand
ENTRIES = 20_000  # lines of a profile, and blocks: the most frequent ones
SAME = 0.5  # of the shorter page's own paragraphs: two pages that share more are one article


@dataclass(frozen=True)
class PageSample:
    """What counts of a page, as fingerprints: its lines, its running text, and the running text in each block."""

    lines: AbstractSet[str]
    prose: AbstractSet[str]
    boxes: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    title: AbstractSet[str] = frozenset()
    """The parts of the window's title, in folded spelling."""


def sample(parsed: ParsedPage) -> PageSample:
    """The sample of a page that was read."""
    boxes, lines = Boxes(parsed.places), parsed.lines
    counted = lines if len(lines) <= LINES else (*lines[: LINES // 2], *lines[-LINES // 2 :])
    marked = [(fingerprint(line, boxes.spot(line)), line) for line in counted]
    prose = frozenset(mark for mark, line in marked if line.kept and line.is_prose)
    inside: dict[str, set[str]] = defaultdict(set)
    for mark, line in marked:
        for name in boxes.names(line):
            inside[name].update({mark} & prose)
    title = frozenset(map(fold, title_parts(parsed.page.title)))
    return PageSample(frozenset(mark for mark, _ in marked), prose, inside, title)


def learn(host: str, pages: Iterable[PageSample]) -> SiteProfile:
    """The profile of a host, from the first `SAMPLE` of these pages, each article counted once."""
    samples = distinct(list(islice(pages, SAMPLE)))
    lines = Counter(chain.from_iterable(page.lines for page in samples))
    boxes: dict[str, Box] = defaultdict(Box)
    for page in samples:
        own = {mark for mark in page.prose if lines[mark] < ENOUGH}
        for name, prose in page.boxes.items():
            boxes[name] = boxes[name].with_page(len(prose & own) / len(own) if own else 0)
    often = Counter({name: box.pages for name, box in boxes.items()})
    titles = Counter(chain.from_iterable(page.title for page in samples))
    return SiteProfile(
        host=host,
        pages=len(samples),
        lines=dict(_most(lines)),
        boxes={name: boxes[name] for name, _ in _most(often)},
        names=frozenset(name for name, pages in titles.items() if pages >= max(ENOUGH, len(samples) / 2)),
    )


def distinct(pages: Sequence[PageSample]) -> list[PageSample]:
    """The pages, without those that are the article of an earlier one again: another address, a later wording.

    A page is another one's again if all its paragraphs are there, or most of those that few pages have.
    """
    often = max(ENOUGH + 1, len(pages) // 4)
    frequency = Counter(chain.from_iterable(page.prose for page in pages))
    rare = [frozenset(mark for mark in page.prose if frequency[mark] < often) for page in pages]
    left: list[int] = []
    for at, page in enumerate(pages):
        if not any(_is_same(page, rare[at], pages[other], rare[other]) for other in left):
            left.append(at)
    return [pages[at] for at in left]


def _is_same(page: PageSample, rare: AbstractSet[str], other: PageSample, other_rare: AbstractSet[str]) -> bool:
    if len(rare & other_rare) > SAME * min(len(rare), len(other_rare)):
        return True
    return page.prose <= other.prose or other.prose <= page.prose


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    """What was counted more than once, the most frequent first."""
    often = ((name, count) for name, count in counts.items() if count > 1)
    return sorted(often, key=lambda entry: (-entry[1], entry[0]))[:ENTRIES]
