"""One page beside what its site's profile knows: where the text stands, and what every page of the site has."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from math import ceil

from services.parser.lines import Line
from services.parser.markup import Place
from services.parser.site.boxes import Boxes
from services.parser.site_profile import ENOUGH, MOSTLY, Box, SiteProfile

APART = 0.1
"""Of the pages with such a block, for a line over or under the text, in a block that never holds text on this site."""
BESIDE = 0.5
"""Of the pages with such a block, for a line between two paragraphs of the text or inside of its block."""


class SitePage:
    """The lines and blocks of a page: `counts` is the number of the site's pages that each line stood on."""

    def __init__(self, lines: Sequence[Line], places: Sequence[Place], profile: SiteProfile) -> None:
        self.lines, self.profile, self.boxes = lines, profile, Boxes(places)
        self.counts = [profile.stood_on(line, self.boxes.spot(line)) for line in lines]
        often = max(ENOUGH, ceil(APART * profile.pages))
        own = [at for at, line in enumerate(lines) if line.kept and line.is_prose and self.counts[at] < often]
        self.text = range(own[0], own[-1] + 1) if own else range(0)
        """From the first to the last paragraph that is the page's own."""
        self._own = [lines[at] for at in own]

    @cached_property
    def body(self) -> int:
        """The smallest block that holds most of the text here, and all of it on the pages that have it; 0 for none."""
        holders = Counter(place for line in self._own for place in self.boxes.around(line))
        most = [place for place, paragraphs in holders.items() if 2 * paragraphs > len(self._own)]
        return max((place for place in most if self._box(place).has_all_text), default=0)

    def is_text(self, at: int) -> bool:
        """Whether the line stands in the body, between paragraphs or at least in no block of furniture."""
        line = self.lines[at]
        return self.body in self.boxes.around(line) and (at in self.text or not self.furniture(line))

    def is_inside(self, line: Line) -> bool:
        """Whether the line stands in the body, or beside a paragraph that is the page's own."""
        around = self.boxes.around(line)
        return self.body in around if self.body else not self._beside.isdisjoint(around)

    def is_apart(self, line: Line) -> bool:
        """Whether the line stands outside of the body, and beside no paragraph."""
        around = self.boxes.around(line)
        return bool(self.body) and self.body not in around and self._beside.isdisjoint(around)

    def furniture(self, line: Line) -> list[int]:
        """The blocks around the line that never hold text on this site; none, if the templates name none of them."""
        entries = [
            place for place in self.boxes.around(line) if place not in self._holders and self._box(place).never_has_text
        ]
        return entries if any(self.boxes.has_class(place) for place in entries) else []

    def is_repeated(self, at: int) -> bool:
        """Whether the line stood on enough of the site's pages to be the site's, for where it stands."""
        line, between = self.lines[at], at in self.text
        if self.is_inside(line):
            return self._is_repeated_inside(line, self.counts[at], between=between)
        pages = min((self._box(place).pages for place in self.furniture(line)), default=self.profile.pages)
        return self.counts[at] >= max(ENOUGH, (BESIDE if between else APART) * pages)

    def _is_repeated_inside(self, line: Line, count: int, *, between: bool) -> bool:
        """Whether a line in the block of the text is the site's: a link under it, or in an element that never changes.

        Subheads repeat, and so do signatures and the questions of a transcript, in elements that hold others as well.
        """
        if not between and line.is_linked and count >= max(ENOUGH, BESIDE * self.profile.pages):
            return True
        own = self.boxes.paragraph_name(line)
        if between and own and line.shape == "subhead":
            return False
        around = (self.boxes.name(place) for place in self.boxes.around(line) if self.boxes.has_class(place))
        element = self.profile.box(own or next(around, ""))
        return element.is_constant and count >= (MOSTLY if between else BESIDE) * element.pages

    @cached_property
    def _holders(self) -> frozenset[int]:
        return frozenset(place for line in self._own for place in self.boxes.around(line))

    @cached_property
    def _beside(self) -> frozenset[int]:
        """The blocks that paragraphs of the page's own stand in, without those around the body."""
        return frozenset(line.place for line in self._own) - frozenset(self.boxes.parents(self.body))

    def _box(self, place: int) -> Box:
        return self.profile.box(self.boxes.name(place))
