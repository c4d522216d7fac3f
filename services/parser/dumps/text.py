"""A dump as lines: what the dumping broke is put together again, and nothing is decided yet."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.parser.address import Slug
from services.parser.characters import fold, squeeze
from services.parser.dumps.broken import mend_broken, with_ranks
from services.parser.dumps.bullets import with_bullets
from services.parser.dumps.markdown import is_markdown, read_markdown
from services.parser.dumps.numbered_links import cut_links, mark_alts
from services.parser.dumps.run_together import cut_run_together
from services.parser.lexicon import either, lexicon
from services.parser.lines import Frame, Line
from services.parser.wrapping import unwrap

# A crawler's mark before the first words of a page: " date 2017-01-23 Home".
_STAMP = re.compile(r"\s*(?P<stamp>date \d{4}-\d\d-\d\d)\s")
# "Photo By NAME | the caption...... read more read more".
_CREDIT_FIRST = re.compile(
    r"(?P<credit>(?:Photo|Video|Graphic|Courtesy Photo)(?: By [^|]{3,80})?) \| (?P<caption>.+)", re.IGNORECASE
)
# A picture of a gallery without a caption: the switches for it, the credit, and the link.
_HUNG = re.compile(
    r"((?:\d{1,3} ?/ ?\d{1,3} )?Show Caption \+ Hide Caption [–-]) \((Photo Credit: [^()]{1,80})\)"
    r"(?: (VIEW ORIGINAL))?",
    re.IGNORECASE,
)
# What an agency's archive knows of a picture, all in one line.
_INFO = re.compile(r"(?:IMAGE|VIDEO|NEWS|AUDIO) INFO (?=[A-Z])")
_LABELS = re.compile(
    rf"(?<!Res\.) (?=(?:{either(lexicon('dumps')['fields']['labels'])}):|PUBLIC DOMAIN\b|This work, )", re.IGNORECASE
)
_SHARED = re.compile(r"(Bookmark and Share) ([A-Z\d“\"].{8,})")  # a button before the headline on its line
_MORE = "read more"
_VIEW = re.compile(r" ?(?:see (?:less|more) ?\|? ?)?view image page$", re.IGNORECASE)
_WHOLE = re.compile(r"[.!?\"”)](?=\s*(?P<link>Full Story|Read More|Learn More|Read the full story)\W*$)", re.IGNORECASE)
_KICKER = re.compile(
    r"\s*(?P<word>News|Feature|Features|Story|Release|Advisory|Transcript|Speech|Spotlight|Contracts?)"
    r"(?: {2,}|\t+)(?P<rest>\S.{0,60}?)\s*",
    re.IGNORECASE,
)
# Entries of a menu in one line, with wide gaps between them; figures would be a table's.
_WIDE = re.compile(r" {2,}|\t+")
_ENTRY = r"[^\W\d_][^\s\d]*+(?: [^\s\d]++){0,2}+"
_MENU = re.compile(rf"{_ENTRY}(?:(?: {{2,}}|\t+){_ENTRY}){{2,}}")
_SAID = re.compile(r"[a-z][.?!,:;—](?:\s|$)|^[A-Z]{1,3}[:.] ")  # two spaces stand after sentences, too
LINK = 40  # characters at the end of a line
OFTEN = 2  # such links: one may be the author's
_BULLETS = ("• ", "· ", "▪ ")
# A field of a table: "VIRIN: | 230623-F-AB123-1001 |".
_TAG = re.compile(r"<br ?/?(?:>|$)", re.IGNORECASE)
_FIELD = re.compile(r"(?P<label>[A-Z][A-Za-z /.-]{1,30}:) ?\| ?(?P<value>[^|]{0,120}?) ?\|?")


@dataclass(frozen=True)
class Dump:
    """The lines of a dump in order, and the pictures that a Markdown dump names."""

    lines: list[Line]
    frames: list[Frame] = field(default_factory=list)


def read_text(text: str, names: Slug | None = None) -> Dump:
    """The lines of a plain-text or Markdown dump; `names` are the words of its address."""
    stamp, text = _cut_stamp(text)
    first = [Line(stamp, fold(stamp), rule="crawler-date")] if stamp else []
    if is_markdown(text):
        lines, frames = read_markdown(text, before=len(first))
        return Dump([*first, *lines], frames)
    return Dump([*first, *_linked_lines(text, names)])


def _linked_lines(text: str, names: Slug | None) -> list[Line]:
    """The lines of plain text, which a text browser may have written."""
    text, addresses = cut_links(text)
    lines = text_lines(text, names)
    if addresses:
        mark_alts(lines)
    return [*lines, *addresses]


def text_lines(text: str, names: Slug | None = None) -> list[Line]:
    """The lines of plain text, paragraphs that were broken put together again."""
    whole = with_bullets(cut_run_together(unwrap(text), names))
    raw = [squeeze(_TAG.sub(" ", line)) for line in with_ranks([*_cut_links(whole)])]
    return [_line(whole, gap=gap) for whole, gap in mend_broken(list(_with_gaps(raw)))]


def _cut_stamp(text: str) -> tuple[str, str]:
    stamp = _STAMP.match(text)
    return (stamp["stamp"], text[stamp.end() :]) if stamp else ("", text)


def _cut_links(raw: Sequence[str]) -> Iterator[str]:
    """The links to whole stories at the ends of texts, and a credit before its caption, on lines of their own."""
    often = sum(_WHOLE.search(line[-LINK:]) is not None for line in raw) >= OFTEN
    for line in map(str.strip, raw):
        if credit := _CREDIT_FIRST.fullmatch(line):
            yield from filter(None, (credit["credit"], *_cut_more(credit["caption"])))
        elif hung := _HUNG.fullmatch(line):
            yield from filter(None, hung.groups())
        elif shared := _SHARED.fullmatch(line):
            yield from shared.groups()
        elif _INFO.match(line):
            yield from _LABELS.split(line)
        elif often and (link := _WHOLE.search(line[-LINK:])):
            at = len(line) - len(line[-LINK:]) + link.start() + 1
            yield from (line[:at], line[at:])
        elif _MENU.fullmatch(line) and not _SAID.search(line):
            yield from _WIDE.split(line)
        elif kicker := _KICKER.fullmatch(line):
            yield f"{kicker['word']} | {kicker['rest']}"
        else:
            yield line


def _cut_more(caption: str) -> tuple[str, str]:
    """A caption without the links to the whole of it, and these links."""
    if match := _VIEW.search(caption[-LINK:]):
        return caption[: len(caption) - len(match[0])].rstrip(), match[0].strip()
    end = len(caption.rstrip(" ."))
    while caption[max(end - len(_MORE), 0) : end].casefold() == _MORE:
        end = len(caption[: end - len(_MORE)].rstrip(" ."))
    dots = len(caption[end:]) - len(caption[end:].lstrip("."))
    end += min(dots, 3)
    return caption[:end], caption[end:].strip()


def _with_gaps(raw: list[str]) -> Iterator[tuple[str, bool]]:
    gap = False
    for line in raw:
        if line:
            yield line, gap
        gap = not line


def _line(text: str, *, gap: bool) -> Line:
    if field_of_table := _FIELD.fullmatch(text):
        text = f"{field_of_table['label']} {field_of_table['value']}".strip()
    return Line(text, fold(text), shape="list_item" if text.startswith(_BULLETS) else "paragraph", gap=gap)
