"""Dumps of pages that are no article: lists of articles, subtitles, and what stands where an article was."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from services.contracts.article import RejectionReason
from services.parser.address import slug
from services.parser.boilerplate_rules import Rules
from services.parser.credits import ends_with_credit
from services.parser.dumps.cards import (
    CARDS,
    COUNTS,
    count_bulleted,
    count_dated,
    count_datelined,
    count_groups,
    is_cut,
    is_text,
    is_title,
)
from services.parser.dumps.pictures import is_alt
from services.parser.dumps.roles import dates_page, is_speaker, role
from services.parser.lexicon import either, lexicon
from services.parser.lines import Line

SHORT = 90  # words of a page that says only why it is not another
FEW = 2
NAMED = 4  # words of a slug: sections have fewer
MENU = 6  # lines
HUB_HEADS = frozenset({"stories", "photos", "videos", "news", "releases", "transcripts"})
LOOK = 4_000
LOOK_LINES = 20  # lines over the first card

Reason = tuple[RejectionReason, str]
_DUMPS = lexicon("dumps")
_BLOCKED = re.compile(either(_DUMPS["instead"]["blocked"]))
_MISSING = re.compile(either(_DUMPS["instead"]["missing"]))
_MORE = re.compile(either(_DUMPS["cards"]["more"]))
_KICKERS = re.compile(either(_DUMPS["cards"]["kickers"]))
_LISTING = re.compile(either(_DUMPS["cards"]["listing"]))
_COUNTED = re.compile(either(_DUMPS["cards"]["counted"]))
_HUBS = re.compile(either(_DUMPS["cards"]["hubs"]))
_SUBTITLE = re.compile(r"\d\d[,.]\d{3} --> (?:\d\d:)?\d\d:\d\d[,.]\d{3}")
_STORY = re.compile(
    r"(?:[.!?,;\"”…] ?(?:Story|\[more\]|\[…\]|\(more\)|\(read more\)|Read more[ »>]{0,3})|\[\.\.\.\])$", re.IGNORECASE
)
_NAMES = re.compile(either(_DUMPS["cards"]["names"]))
_MOTTO = re.compile(either(_DUMPS["cards"]["mottos"]))
# What the address of a list has, and no article's.
_LISTS = re.compile(
    r"/tags?/|/category/\d|/page/\d|/year/\d{4}/month/\d|dvidshub\.net/(?:unit|feature|rss)/|[?&]page(?:number)?=\d"
    r"|/search(?:[/?]|$)|/archive/?(?:[?]|$)|/articles\.aspx|[?&](?:mo?=\d{1,2}&yr?=\d{4}|yr?=\d{4}&mo?=\d{1,2})(?:&|$)|/(?:special-reports?|spotlights?)(?:/[\w-]+){1,2}/?$"
    r"|/(?:(?:press-|news-|media-|feature-)?(?:releases|stories)|news|newsroom|features|speeches|transcripts|contracts"
    r"|advisories|statements|photos|videos|articles)/?$|/(?:19|20)\d\d/(?:0[1-9]|1[0-2])(?:/\d\d)?/?$",
    re.IGNORECASE,
)
# Whatever words they hold.
_SURELY_LISTS = re.compile(r"/(?:tag|category)/\d|/tags?/[\w-]+/?(?:[?#]|$)", re.IGNORECASE)
_PAGED = re.compile(r"[?&]page=\d", re.IGNORECASE)  # a page of a list, or of an article that its slug names
# A card of a listing that a script would have filled: 'article-title="Second Landing Opens"'.
_ATTRIBUTE = re.compile(r"article-(?:id|title|url|alt|summary)\w{0,20}=")
_HOME = re.compile(r"https?://[^/?#]{1,200}/?(?:default\.aspx|index\.html?)?", re.IGNORECASE)
_SECTIONS = re.compile(either(_DUMPS["cards"]["sections"]))
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


def listing(lines: Sequence[Line], address: str, *, named: bool, title: str) -> Reason | None:
    """Why the lines that are left are a list of articles, or None.

    `named` where the address names a headline over the text; `title` is the folded line that may be one.
    """
    if _HOME.fullmatch(address):
        return "listing", "The address is the front page of a site."
    named = named and not (_SURELY_LISTS.search(address) or _by_name(title) or _is_page_of_list(address))
    left = [line for line in lines if line.kept or line.rule in {"navigation", "kicker", "published"}]
    texts = [line for line in left if is_text(line)]
    reason = _cards(left, texts, named=named) or (
        None
        if named
        else _few(lines, left, texts, address) or (_untitled(lines, left, address) if not title else _by_name(title))
    )
    if reason:
        return "listing", f"The page lists articles: {reason}."
    if not texts and _is_menu(left):
        return "not_an_article", "The page holds a menu and no text."
    return None


def _is_page_of_list(address: str) -> bool:
    names = slug(address)
    return _PAGED.search(address) is not None and (names is None or len(names.words) < NAMED)


def _cards(left: Sequence[Line], texts: Sequence[Line], *, named: bool) -> str | None:
    return _marked(left, texts, named=named) or _repeated(left, texts, named=named) or _hub(left, texts)


def _marked(left: Sequence[Line], texts: Sequence[Line], *, named: bool) -> str | None:
    """Words that only lists have."""
    more = sum(_MORE.fullmatch(line.key) is not None for line in left)
    report = sum(not is_alt(line.text) for line in texts)
    if not named and (more >= FEW and (more + 1 >= report or (more >= CARDS and _first_card(left)))):
        return f"{more} lines lead to the whole of a text"
    if not named and any(_COUNTED.fullmatch(line.key) for line in left):
        return "it counts what it shows"
    if sum(_KICKERS.fullmatch(line.key) is not None for line in left) >= FEW:
        return "each has a word for its kind"
    if sum(_STORY.search(line.text) is not None for line in left) >= FEW:
        return "its texts end in links to the whole"
    if sum(_LISTING.fullmatch(line.key) is not None for line in left) >= FEW and more + len(texts) < 2 * CARDS:
        return "it has filters or pages"
    scripted = sum(_ATTRIBUTE.match(line.key) is not None for line in left) >= CARDS
    return "its cards are the attributes of a script" if scripted else None


def _first_card(left: Sequence[Line]) -> bool:
    """Whether no more stands over the first link to a whole text than a card holds: a caption, a text."""
    first = next(at for at, line in enumerate(left) if _MORE.fullmatch(line.key))
    return sum(map(is_text, left[:first])) <= FEW and is_cut(left[first - 1]) if first else False


def _repeated(left: Sequence[Line], texts: Sequence[Line], *, named: bool) -> str | None:
    """The same few lines again and again."""
    for count, says in COUNTS:
        number = count(left)
        if number >= CARDS and number + 1 >= len(texts) and not (named and _opens_with_text(left)):
            return says.format(number)
    if (groups := count_groups(left)) >= (FEW * CARDS if named else CARDS):
        return f"{groups} titles have a date and a text each"
    cut = len({line.key for line in left if is_cut(line)})  # a caption may stand twice
    return f"{cut} texts are cut" if cut >= CARDS and cut * 5 >= 3 * len(texts) else None


def _opens_with_text(left: Sequence[Line]) -> bool:
    """Whether a text stands before the first bullet: questions with bullets and their answers stand under one."""
    first = next((line for line in left if is_text(line) or line.shape == "list_item"), None)
    bullets = any(line.shape == "list_item" for line in left)
    return bullets and first is not None and first.shape != "list_item"


def _hub(left: Sequence[Line], texts: Sequence[Line]) -> str | None:
    heads = sum(line.key in HUB_HEADS for line in left[-CARDS:])
    if len(texts) < FEW and heads >= FEW:
        return "its sections are empty"
    hub = any(_HUBS.fullmatch(line.key) for line in left[:CARDS])
    alternate = sum(is_title(line) and is_text(after) for line, after in pairwise(left))
    loading = any(_LISTING.fullmatch(line.key) for line in left)
    if hub and (loading or alternate >= CARDS) and alternate + 1 >= len(texts) and len(texts) >= FEW:
        return "its name is a list's"
    return None


def _few(lines: Sequence[Line], left: Sequence[Line], texts: Sequence[Line], address: str) -> str | None:
    """A list of one article or two, or of texts alone: what is said of the list, or its address, tells it."""
    if any(_MOTTO.fullmatch(line.key) for line in lines[:LOOK_LINES]):
        return "its motto is a list's"
    if _LISTS.search(address):
        return "its address is a list's"
    cards = max(count_dated(left), count_bulleted(left), count_datelined(left))
    if not (cards and cards >= len(texts)):
        return None
    if any(_NAMES.fullmatch(line.key) for line in lines[:LOOK_LINES]):
        return "it has the name of one"
    bare = [line for line in left if line.shape != "list_item" and not is_text(line) and not _ROLES.name(line)]
    return "its only title has a bullet" if count_bulleted(left) and not bare else None


def _by_name(title: str) -> str | None:
    return "its title is a list's" if _NAMES.fullmatch(title) or _SECTIONS.fullmatch(title) else None


def _untitled(lines: Sequence[Line], left: Sequence[Line], address: str) -> str | None:
    """A page without a headline that has the name of a list, or what only lists have."""
    first = [line for line in lines[:LOOK_LINES] if line.rule in {None, "navigation", "kicker"}][:CARDS]
    dated = any(dates_page(line.text) or role(line) == "kicker" for line in lines[:LOOK_LINES])
    if not dated and any(_SECTIONS.fullmatch(line.key) for line in first):
        return "its only title is a section's"
    if sum(_LISTING.fullmatch(line.key) is not None for line in left) >= FEW:
        return "it has filters or pages"
    if slug(address) is None and _captions(left) >= CARDS:
        return "its texts are captions"
    return "the same line parts its texts" if _parted(left) else None


def _captions(left: Sequence[Line]) -> int:
    """How many pictures lines tell of, said twice or with their credit; 0 among other texts."""
    shown = {line.key for line in left if ends_with_credit(line.text) or _is_doubled(line.key)}
    return len(shown) if not any(is_text(line) and line.key not in shown for line in left) else 0


def _is_doubled(key: str) -> bool:
    """Whether a line says the same before and behind a hyphen."""
    half = len(key) // 2
    return key[: half - 1] == key[half + 2 :] and key[half - 1 : half + 2] == " - "


def _parted(left: Sequence[Line]) -> bool:
    """Whether texts and one short line take turns, with hardly another line between them."""
    texts = [at for at, line in enumerate(left) if is_text(line)]
    between = [line for line in left[texts[0] : texts[-1]] if not is_text(line)] if texts else []
    again = Counter(line.key for line in between if _may_part(line))
    most = max(again.values(), default=0)
    return most >= CARDS and most + 1 >= len(texts) and most + FEW >= len(between)


def _may_part(line: Line) -> bool:
    """Whether a line may stand between the texts of a list: short, no speaker, and nothing that people say."""
    return not is_text(line) and " " in line.key and line.key[-1:].isalnum() and not is_speaker(line.text)


def _is_menu(left: Sequence[Line]) -> bool:
    short = [line for line in left if line.key.count(" ") < CARDS]
    return len(short) >= MENU and 2 * len(short) >= len(left)
