"""Dumps of pages that are no article: lists of articles, subtitles, and what stands where an article was."""

import re
from collections.abc import Sequence
from itertools import pairwise

from services.contracts.article import RejectionReason
from services.parser.boilerplate_rules import Rules
from services.parser.credits import ends_with_credit, read_label
from services.parser.dumps.roles import dates_page, is_sentence
from services.parser.lexicon import either, lexicon
from services.parser.lines import Line

SHORT = 90  # words of a page that says only why it is not another
CARDS, FEW = 3, 2
CUT_WORDS = 12  # of a title
TEASER_WORDS = 18  # a shorter line without an end may be a title
MENU = 6  # lines
HUB_HEADS = frozenset({"stories", "photos", "videos", "news", "releases", "transcripts"})
LOOK = 4_000

Reason = tuple[RejectionReason, str]
_DUMPS = lexicon("dumps")
_BLOCKED = re.compile(either(_DUMPS["instead"]["blocked"]))
_MISSING = re.compile(either(_DUMPS["instead"]["missing"]))
_MORE = re.compile(either(_DUMPS["cards"]["more"]))
_KICKERS = re.compile(either(_DUMPS["cards"]["kickers"]))
_LISTING = re.compile(either(_DUMPS["cards"]["listing"]))
_HUBS = re.compile(either(_DUMPS["cards"]["hubs"]))
_SUBTITLE = re.compile(r"\d\d:\d\d:\d\d[,.]\d{3} --> \d\d:\d\d:\d\d[,.]\d{3}")
_STORY = re.compile(r"[.!?\"”] Story$")
_ROLES = Rules(_DUMPS["head"])


def instead(lines: Sequence[Line]) -> Reason | None:
    """What a page is that stands where an article was."""
    text = " ".join(line.text for line in lines[:SHORT])
    if len(_SUBTITLE.findall(text[:LOOK])) >= CARDS:
        return "not_an_article", "These are the subtitles of a video."
    if len(text) > LOOK or len(text.split()) > SHORT:
        return None
    short = text.casefold().replace("’", "'")
    if _BLOCKED.search(short):
        return "blocked", "A page that checks links stands where the article should be."
    if _MISSING.search(short):
        return "not_an_article", "The site says that there is no such article."
    return None


def listing(lines: Sequence[Line], *, named: bool) -> Reason | None:
    """Why the lines that are left are a list of articles, or None; `named` where the address names a headline in it."""
    left = [line for line in lines if line.kept or line.rule in {"navigation", "kicker", "published"}]
    texts = [line for line in left if _is_text(line)]
    if reason := _cards(left, texts, named=named):
        return "listing", f"The page lists articles: {reason}."
    if not texts and _is_menu(left):
        return "not_an_article", "The page holds a menu and no text."
    return None


def _cards(left: Sequence[Line], texts: Sequence[Line], *, named: bool) -> str | None:
    return _marked(left, texts, named=named) or _repeated(left, texts) or _hub(left, texts)


def _marked(left: Sequence[Line], texts: Sequence[Line], *, named: bool) -> str | None:
    """Words that only lists have."""
    more = sum(_MORE.fullmatch(line.key) is not None for line in left)
    if more >= FEW and more + 1 >= len(texts) and not named:
        return f"{more} lines lead to the whole of a text"
    if sum(_KICKERS.fullmatch(line.key) is not None for line in left) >= FEW:
        return "each has a word for its kind"
    if sum(_STORY.search(line.text) is not None for line in left) >= FEW:
        return "its texts end in links to the whole"
    if sum(_LISTING.fullmatch(line.key) is not None for line in left) >= FEW and more + len(texts) < 2 * CARDS:
        return "it has filters or pages"
    return None


def _repeated(left: Sequence[Line], texts: Sequence[Line]) -> str | None:
    """The same few lines again and again: a date or a bullet, a title, a text that is cut."""
    if (dates := _dated(left)) >= CARDS and dates + 1 >= len(texts):
        return f"{dates} dates stand over titles"
    if (bullets := _bulleted(left)) >= CARDS and bullets + 1 >= len(texts):
        return f"{bullets} titles with a bullet stand over texts"
    cut = sum(_is_cut(line) for line in left)
    return f"{cut} texts are cut" if cut >= CARDS and cut * 5 >= 3 * len(texts) else None


def _hub(left: Sequence[Line], texts: Sequence[Line]) -> str | None:
    heads = sum(line.key in HUB_HEADS for line in left[-CARDS:])
    if len(texts) < FEW and heads >= FEW:
        return "its sections are empty"
    hub = any(_HUBS.fullmatch(line.key) for line in left[:CARDS])
    alternate = sum(_is_title(line) and _is_text(after) for line, after in pairwise(left))
    loading = any(_LISTING.fullmatch(line.key) for line in left)
    if hub and (loading or alternate >= CARDS) and alternate + 1 >= len(texts) and len(texts) >= FEW:
        return "its name is a list's"
    return None


def _dated(left: Sequence[Line]) -> int:
    """How many lines are dates with a title under them."""
    return sum(
        dates_page(line.text) is not None and (_is_title(after) or _is_text(after)) for line, after in pairwise(left)
    )


def _bulleted(left: Sequence[Line]) -> int:
    return sum(
        line.shape == "list_item"
        and not is_sentence(line.text)
        and after.shape != "list_item"
        and after.key.count(" ") >= CUT_WORDS // 2
        for line, after in pairwise(left)
    )


def _is_text(line: Line) -> bool:
    return (
        (is_sentence(line.text) or line.is_prose) and not ends_with_credit(line.text) and read_label(line.text) is None
    )


def _is_title(line: Line) -> bool:
    return line.key.count(" ") < 2 * CUT_WORDS and not is_sentence(line.text) and not dates_page(line.text)


def _is_cut(line: Line) -> bool:
    if line.key.count(" ") < TEASER_WORDS or ends_with_credit(line.text):
        return False
    return line.key.endswith(("...", "…")) or line.key[-1:].isalnum()


def _is_menu(left: Sequence[Line]) -> bool:
    short = [line for line in left if line.key.count(" ") < CARDS]
    return len(short) >= MENU and 2 * len(short) >= len(left)
