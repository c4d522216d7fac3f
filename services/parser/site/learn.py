"""Learns a site profile from pages of one host: what stands on many of them, and which blocks hold their text."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice

from services.parser.characters import fold
from services.parser.page import title_parts
from services.parser.parsed_page import ParsedPage
from services.parser.site.boxes import Boxes
from services.parser.site_profile import ENOUGH, Box, SiteProfile, fingerprint

SAMPLE = 200
"""Pages of a host that are looked at, at most."""
LINES = 2_000  # of a page: its first and its last thousand
ENTRIES = 20_000  # lines of a profile, and blocks: the most frequent ones
SAME = 0.5  # of the shorter page's own paragraphs: two pages that share more are one article


@dataclass(frozen=True)
class PageSample:
    """What counts of a page: fingerprints of its lines, and sets of them as the bits of a number, which costs least."""

    marks: tuple[str, ...]
    prose: int
    """The kept lines that are running text: bit n stands for the n-th of `marks`."""
    boxes: Mapping[str, int] = field(default_factory=dict)
    """The lines in each block, likewise."""
    title: AbstractSet[str] = frozenset()
    """The parts of the window's title, in folded spelling."""

    def bits(self, holds: Callable[[str], bool]) -> int:
        """The lines for which this holds."""
        return sum(1 << at for at, mark in enumerate(self.marks) if holds(mark))

    @cached_property
    def paragraphs(self) -> frozenset[str]:
        """The fingerprints of its running text."""
        return frozenset(mark for at, mark in enumerate(self.marks) if self.prose >> at & 1)


def sample(parsed: ParsedPage) -> PageSample:
    """The sample of a page that was read."""
    names, lines = Boxes(parsed.places), parsed.lines
    counted = lines if len(lines) <= LINES else (*lines[: LINES // 2], *lines[-LINES // 2 :])
    numbers: dict[str, int] = {}
    boxes: dict[str, int] = defaultdict(int)
    prose = 0
    for line in counted:
        bit = 1 << numbers.setdefault(fingerprint(line, names.spot(line)), len(numbers))
        prose |= bit if line.kept and line.is_prose else 0
        for name in names.names(line):
            boxes[name] |= bit
    title = frozenset(map(fold, title_parts(parsed.page.title)))
    return PageSample(tuple(numbers), prose, boxes, title)


def learn(host: str, pages: Iterable[PageSample]) -> SiteProfile:
    """The profile of a host, from the first `SAMPLE` of these pages, each article counted once."""
    samples = distinct(list(islice(pages, SAMPLE)))
    lines = Counter(chain.from_iterable(page.marks for page in samples))
    boxes = _boxes(samples, lines)
    often = Counter({name: box.pages for name, box in boxes.items()})
    titles = Counter(chain.from_iterable(page.title for page in samples))
    return SiteProfile(
        host=host,
        pages=len(samples),
        lines=dict(_most(lines)),
        boxes={name: boxes[name] for name, _ in _most(often)},
        names=frozenset(name for name, pages in titles.items() if pages >= max(ENOUGH, len(samples) / 2)),
    )


def _boxes(samples: Iterable[PageSample], lines: Mapping[str, int]) -> Mapping[str, Box]:
    boxes: dict[str, Box] = defaultdict(Box)
    for page in samples:
        own = page.bits(lambda mark: lines[mark] < ENOUGH)
        text = own & page.prose
        for name, inside in page.boxes.items():
            share = (inside & text).bit_count() / max(1, text.bit_count())
            boxes[name] = boxes[name].with_page(share, constant=not inside & own)
    return boxes


def distinct(pages: Sequence[PageSample]) -> list[PageSample]:
    """The pages, without those that are the article of an earlier one again: another address, a later wording.

    A page is another one's again if all its paragraphs are there, or most of those that few pages have.
    """
    often = max(ENOUGH + 1, len(pages) // 4)
    frequency = Counter(chain.from_iterable(page.paragraphs for page in pages))
    rare = [frozenset(mark for mark in page.paragraphs if frequency[mark] < often) for page in pages]
    left: list[int] = []
    for at, page in enumerate(pages):
        if not any(_is_same(page, rare[at], pages[other], rare[other]) for other in left):
            left.append(at)
    return [pages[at] for at in left]


def _is_same(page: PageSample, rare: AbstractSet[str], other: PageSample, other_rare: AbstractSet[str]) -> bool:
    if len(rare & other_rare) > SAME * min(len(rare), len(other_rare)):
        return True
    return page.paragraphs <= other.paragraphs or other.paragraphs <= page.paragraphs


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    """What was counted more than once, the most frequent first."""
    often = ((name, count) for name, count in counts.items() if count > 1)
    return sorted(often, key=lambda entry: (-entry[1], entry[0]))[:ENTRIES]
