"""What the lines of a document are: letterhead, date, headline, text. Only its letters and their place tell."""

import re
from collections.abc import Iterator, Sequence

from services.contracts.article import RejectionReason
from services.parser.characters import fold
from services.parser.documents.paragraphs import RULES as FURNITURE
from services.parser.documents.paragraphs import body_size
from services.parser.dumps.roles import dates_page, is_byline, is_place, is_sentence, may_be_headline, role
from services.parser.lines import Line
from services.parser.parsed_page import Draft
from services.parser.printed import Document

LARGE = 1.15  # times the size of the running text
HEAD = 25  # paragraphs in which the headline is sought
TITLE_WORDS = 4  # of a headline that nothing but its letters tells: "NEWS RELEASE" has two
DEK_WORDS = 6
TITLE_LEAST = 3  # words of a title that says something
LEAST_WORDS = 20  # of a document with text; scanned ones hold a stamp or a number at most
LIKE = 0.6  # of the words of two titles that are one
_WORD = re.compile(r"[^\W_]+")
_FILE = re.compile(
    r"(?:microsoft (?:word|powerpoint)|word|adobe \w+) - |\.(?:docx?|pdf|indd|rtf|pptx?|pub|qxd|wpd|xlsx?)\b"
    r"|untitled|^(?:document|layout|slide|title|draft|template)\s?\d*$|\bprint\w{0,9} "
    r"|^(?:news|press|media) (?:release|statement|advisory)",
    re.IGNORECASE,
)

RULES = FURNITURE | {"over-the-headline", "headline", "published", "byline", "place", "dek"}


def no_text(document: Document, lines: Sequence[Line]) -> tuple[RejectionReason, str] | None:
    """Why a document gives nothing to read: its pages are pictures."""
    shown = sum(line.words for line in lines if line.kept)
    if shown >= LEAST_WORDS:
        return None
    pages = "page is a picture" if document.pages == 1 else "pages are pictures"
    return "no_text", f"The document holds no text: its {document.pages} {pages}, as those of a scan are."


def _promised(draft: Draft) -> list[str]:
    """Titles that the document has elsewhere: where it was listed, and for programs, unless they name a file."""
    document = draft.parsed.document
    titles = (draft.parsed.title, document.title if document else "")
    return [title for title in titles if not _FILE.search(title) and len(_WORD.findall(title)) >= TITLE_LEAST]


def mark_document(draft: Draft) -> None:
    """Marks the lines over the text with what they are."""
    if draft.parsed.document is None:
        return
    lines = draft.lines
    draft.kind = "document"
    first = next((at for at, line in enumerate(lines) if line.kept and _is_text(line)), len(lines))
    head = [line for line in lines[: min(first, HEAD)] if line.kept]
    promised = _promised(draft)
    chosen = _headline(head, promised, body_size(draft.parsed.document.lines))
    for line in _over(head, chosen):
        line.rule = "over-the-headline"
    if chosen:
        chosen.zone = "headline"
    else:
        draft.promised = next(iter(promised), "")
    for line in head:
        if line.kept and line is not chosen:
            _mark(line, draft)


def _is_text(line: Line) -> bool:
    return line.is_prose and is_sentence(line.text) and not is_byline(line.text)


def _headline(head: Sequence[Line], promised: Sequence[str], size: float) -> Line | None:
    """The line that the document's title names, else that in the largest letters, else the first bold one."""
    named = next((line for line in head if any(_likeness(line.text, title) >= LIKE for title in promised)), None)
    may = [line for line in head if may_be_headline(line) and line.words >= TITLE_WORDS and not _says_else(line)]
    large = [line for line in may if _size(line) > LARGE * size]
    biggest = max(large, key=_size, default=None)
    if named or biggest:
        return named or biggest
    return next((line for line in may if line.bold), None) or (None if promised else next(iter(may), None))


def _says_else(line: Line) -> bool:
    return bool(dates_page(line.text) or role(line) or is_byline(line.text) or is_place(line.text))


def _over(head: Sequence[Line], chosen: Line | None) -> Iterator[Line]:
    """The letterhead: what stands over the headline and says neither when nor who."""
    for line in head:
        if line is chosen:
            return
        if chosen and not (dates_page(line.text) or is_byline(line.text)):
            yield line


def _mark(line: Line, draft: Draft) -> None:
    if day := dates_page(line.text):
        line.zone, draft.dated = "published", draft.dated or day
    elif is_byline(line.text):
        line.zone = "story-line"
    elif rule := role(line):
        line.rule = rule
    elif is_place(line.text):
        line.rule = "place"
    elif line.words >= DEK_WORDS and line.shape == "paragraph" and not line.text.endswith(":"):
        line.zone = "dek"


def _size(line: Line) -> float:
    return float(line.marks or 0)


def _likeness(first: str, second: str) -> float:
    """The share of the words of the longer title that both have."""
    one, two = set(_WORD.findall(fold(first))), set(_WORD.findall(fold(second)))
    return len(one & two) / max(len(one), len(two), 1)
