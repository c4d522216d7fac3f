"""What a page comes to before anything is decided, and the draft of an article that the passes fill in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from lxml import etree

from services.contracts.article import ArticleKind, Image, ReadFrom, RejectionReason
from services.parser.byline import StoryLine
from services.parser.date_order import number_order
from services.parser.dates import Order
from services.parser.layouts import DUMP, WHOLE_PAGE, Layout
from services.parser.lines import Frame, Line
from services.parser.markup import Place
from services.parser.page import Page
from services.parser.printed import Document
from services.parser.site_profile import SiteProfile


@dataclass(frozen=True)
class ParsedPage:
    """Everything that was read off a page before anybody asked what it means."""

    page: Page
    layout: Layout
    lines: list[Line]
    frames: Sequence[Frame] = ()
    videos: int = 0
    classes: str = ""
    historical: bool = False
    markup: str = ""
    """Empty for a text dump."""
    places: Sequence[Place] = ()
    """The blocks that lines stand in, by `Line.place`; none for a text dump."""
    read_from: ReadFrom | None = None
    """Where the text was, if the page does not show it."""
    is_cut: bool = False
    """Whether only the beginning of a dump was read."""
    profile: SiteProfile | None = None
    now: datetime | None = None
    """When the page was captured, if anybody knows."""
    region: etree._Element | None = None
    """None for a text dump, whose lines are all of it."""
    document: Document | None = None
    """What is printed, if it is a document."""
    title: str = ""
    """What the channel that listed it calls it; nothing where none says so, and for pages, which say it themselves."""
    silent: Callable[[], Iterable[str]] = tuple
    """What the region holds that is shown to nobody who reads its text."""

    @cached_property
    def order(self) -> Order:
        """Which of two numbers comes first in the page's dates."""
        is_dump = self.layout is DUMP
        if is_dump:
            return "month"
        tokens = " ".join(line.key for line in self.lines)
        return number_order(self.page, self.markup, tokens, official=self.layout is not WHOLE_PAGE)


@dataclass
class Draft:
    """An article in the making: `lines` are the page's, marked by each pass in turn with the rules it gives."""

    parsed: ParsedPage
    lines: list[Line]
    found: Sequence[tuple[int, Image]] = ()
    """Pictures, each with the number of lines before it."""
    images: tuple[Image, ...] = ()
    headline: str = ""
    story: StoryLine = field(default_factory=StoryLine)
    dateline: str | None = None
    promised: str = ""
    """A headline that no line of its own says."""
    dated: date | None = None
    """The day that a line of a dump dates the page with, where no byline gives one."""
    kind: ArticleKind | None = None
    """The kind by what a dump is made of."""
    refused: tuple[RejectionReason, str] | None = None
    """Why a dump is no article."""
