"""What a page comes to before anything is decided, and the draft of an article that the passes fill in."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.contracts.article import Image
from services.parser.byline import StoryLine
from services.parser.layouts import Layout
from services.parser.lines import Frame, Line
from services.parser.markup import Place
from services.parser.page import Page
from services.parser.site.profile import SiteProfile


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
    profile: SiteProfile | None = None


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
