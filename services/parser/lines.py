"""What a page comes to: its lines and pictures in order. Every later step only says what a line is."""

from dataclasses import dataclass, field
from typing import NamedTuple

from services.contracts.article import BlockKind
from services.parser.characters import fold, word_count

PROSE_WORDS = 12
TITLE_WORDS = 10
_ENDS = (".", "!", "?", '."', '!"', '?"', ".'", ".)", "...", "。", "。」", "؟", "।")


class Anchor(NamedTuple):
    """A link of a line: its words, and the address as it is written."""

    text: str
    url: str


@dataclass(slots=True)
class Line:
    """One line of the page: `rule` names what took it out of the body, None keeps it in, `detail` gives its
    figures where it counts something.

    `zone` is the part of the page it stood in, `inside` whether that is in the place that the layout names as the body,
    `group` the picture frame around it and `place` the block that its paragraph stands in (0 for none), `tag`
    and `marks` the element of that paragraph and the words of its class and id, `key` the spelling in which it is
    compared, `gap` whether a blank line stands before it in a dump, `pieces` the lines of a preformatted text.
    """

    text: str
    key: str
    zone: str = ""
    shape: BlockKind = "paragraph"
    group: int = 0
    inside: bool = False
    bold: bool = False
    links: tuple[Anchor, ...] = ()
    rule: str | None = None
    place: int = 0
    tag: str = ""
    marks: str = ""
    detail: str | None = None
    gap: bool = False
    pieces: tuple[str, ...] = ()
    words: int = field(init=False, repr=False, compare=False)
    """How many words it has."""
    is_prose: bool = field(init=False, repr=False, compare=False)
    """Whether it is long enough, or finished enough, to be running text."""

    def __post_init__(self) -> None:
        """Counts once what every pass asks."""
        self.words = tokens = word_count(self.key)
        self.is_prose = tokens >= PROSE_WORDS and (tokens > 2 * PROSE_WORDS or self.key.endswith(_ENDS))

    def rewrite(self, text: str) -> None:
        """Gives it another text."""
        self.text, self.key = text, fold(text)
        self.__post_init__()

    @property
    def blocks(self) -> tuple[str, ...]:
        """The blocks of the body that it becomes: itself, or the lines of a preformatted text that nothing changed."""
        return self.pieces if len(self.pieces) > 1 and " ".join(self.pieces) == self.text else (self.text,)

    @property
    def kept(self) -> bool:
        """Whether nothing has taken it out so far."""
        return self.rule is None

    @property
    def is_linked(self) -> bool:
        """Whether it is nothing but a link."""
        return bool(self.links) and sum(len(link.text) for link in self.links) * 10 >= 9 * len(self.text)

    @property
    def is_title(self) -> bool:
        """Short and unfinished, as titles and subheads are."""
        return self.words <= TITLE_WORDS and not self.key.endswith((".", ",", ";", ":", '"', "。"))


@dataclass(slots=True)
class Frame:
    """An `img` of the page: `at` is the number of lines before it, `says` every text its markup repeats."""

    url: str | None
    alt: str
    at: int
    group: int
    says: tuple[str, ...] = field(default=())
