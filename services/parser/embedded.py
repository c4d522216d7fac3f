"""The text of a page whose scripts draw it: read off what the page carries for machines, and for its own scripts."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import islice
from typing import Any, Final

from lxml import etree

from services.contracts.article import ReadFrom
from services.parser.characters import fold, squeeze, word_count
from services.parser.general.features import linked_share
from services.parser.json_ld import is_article
from services.parser.lines import Line
from services.parser.page import Page, title_parts
from services.parser.zones import OUTSIDE

LEAST: Final = 50  # words of a text that is an article's
UNNAMED: Final = 100
DEEPEST: Final = 40  # levels of a text that are drawn
SHOWN: Final = 0.3  # of it; a page that shows more shows the article
MOST_STATE: Final = 3_000_000  # characters of a script that are read
MOST_VALUES: Final = 200_000  # of all scripts
PARTS: Final = 3  # paragraphs in a list, at least
_SCRIPTS: Final = etree.XPath(
    "//script[@type='application/json' or starts-with(@id, '__') or contains(., '__NEXT_DATA__')"
    " or contains(., '__NUXT__') or contains(., '_STATE__') or contains(., 'globalContent')]"
)
_ASSIGNED: Final = re.compile(
    r"(?:__\w{2,40}__|globalContent)[\"'\]]{0,2}\s{0,5}[=:]\s{0,5}(?=[{\[\"'])|JSON\.parse\(\s{0,5}(?=[\"'])"
)
_TEXTS: Final = (
    "articleBody",
    "content",
    "body",
    "text",
    "html",
    "value",
    "bodyText",
    "story",
    "description",
    "markup",
)
_TITLES: Final = ("headline", "title", "name", "headlines", "seoTitle")
_DEEP: Final = etree.XPath("boolean(//*[count(ancestor::*) > $most])")
_PARAGRAPH: Final = re.compile(r"</?p[\s>]", re.IGNORECASE)
_TAG: Final = re.compile(r"<[a-zA-Z/][^<>]{0,2000}>")
_decoder: Final = json.JSONDecoder(strict=False)


@dataclass(frozen=True)
class Embedded:
    """A text with where it was: its HTML, the number of its words, and the page's title as it has it, if it does."""

    origin: ReadFrom
    markup: str
    words: int
    title: str

    @property
    def is_enough(self) -> bool:
        """Whether it is long enough for an article; one that nobody calls by the page's title must be longer."""
        return self.words >= (LEAST if self.title or self.origin == "json-ld" else UNNAMED)


def embedded(page: Page, lines: list[Line]) -> Embedded | None:
    """The article that the page carries and does not show; None where it shows it, or has none.

    Its JSON-LD is asked before the state of its scripts.
    """
    if page.root is None:
        return None
    shown = sum(line.words for line in lines if line.zone not in OUTSIDE and _is_text(line))
    for texts in (_promised(page), _state(page, shown)):
        enough = [text for text in texts if text.is_enough and shown < SHOWN * text.words]
        if enough:
            return max(enough, key=lambda text: (bool(text.title), text.words))
    return None


def draw(page: Page, region: etree._Element, text: Embedded) -> None:
    """Puts the text into the region, as the scripts would have done."""
    title = text.title or page.meta("og:title") or next(iter(title_parts(page.title)), "")
    title = "" if page.root is None or page.root.find(".//h1") is not None else title
    heading = f"<h1>{escape(title)}</h1>" if title else ""
    drawn = etree.fromstring(f"<div><article>{heading}{text.markup}</article></div>", etree.HTMLParser())
    if drawn is not None and not _DEEP(drawn, most=DEEPEST) and (article := drawn.find(".//article")) is not None:
        region.append(article)


def _is_text(line: Line) -> bool:
    return line.is_prose and linked_share(line) < 1 / 2


def _promised(page: Page) -> Iterator[Embedded]:
    for thing in page.things:
        text = thing.get("articleBody")
        if is_article(thing) and isinstance(text, str):
            yield _embedded("json-ld", text, page, thing)


def _state(page: Page, shown: int) -> Iterator[Embedded]:
    """Every text in the state of the page's scripts: a string, or a list of paragraphs."""
    if shown >= LEAST * 4:
        return
    values = (value for script in _SCRIPTS(page.root) for value in _values(script.text or ""))
    for value in islice(values, MOST_VALUES):
        if isinstance(value, dict):
            for name in _TEXTS:
                if (text := _text_of(value.get(name))) is not None:
                    yield _embedded("page-state", text, page, value)
        else:
            yield from (_embedded("page-state", text, page, {}) for text in _listed(value))


def _listed(values: list[Any]) -> Iterator[str]:
    """The texts in a list: paragraphs together, or each that is markup. Cards of other articles have titles."""
    yield from (value for value in values if isinstance(value, str) and _PARAGRAPH.search(value))
    parts = [value for value in values if not (isinstance(value, dict) and any(map(value.get, _TITLES)))]
    texts = [text for part in parts if not isinstance(part, list) and (text := _text_of(part))]
    if len(texts) >= PARTS:
        yield "\n".join(texts)


def _text_of(value: Any) -> str | None:
    """A text, or that of a paragraph or a list of paragraphs that an object holds."""
    if isinstance(value, str):
        return value if " " in value else None
    if isinstance(value, dict):
        return next((text for name in _TEXTS if isinstance(text := value.get(name), str) and " " in text), None)
    if isinstance(value, list) and value:
        texts = [text for part in value if not isinstance(part, list) and (text := _text_of(part))]
        return "\n".join(texts) if len(texts) >= PARTS else None
    return None


def _values(script: str) -> Iterator[Any]:
    """Each object and list of a script's state, from the outside to the inside."""
    if len(script) > MOST_STATE:
        return
    match = _ASSIGNED.search(script)
    start = match.end() if match else len(script) - len(script.lstrip())
    try:
        state, _ = _decoder.raw_decode(script, start)
        state = _decoder.decode(state) if isinstance(state, str) else state
    except (ValueError, RecursionError):
        return
    left = [state]
    while left:
        value = left.pop()
        if isinstance(value, dict | list):
            yield value
            left.extend(value.values() if isinstance(value, dict) else value)


def _embedded(origin: ReadFrom, text: str, page: Page, thing: dict[str, Any]) -> Embedded:
    is_markup = _PARAGRAPH.search(text) is not None
    markup = text if is_markup else "".join(f"<p>{escape(part)}</p>" for part in _paragraphs(text))
    tokens = word_count(_TAG.sub(" ", markup))
    titles = (squeeze(title) for name in _TITLES if isinstance(title := thing.get(name), str))
    promised = fold(page.meta("og:title") or page.title)
    title = max((title for title in titles if fold(title) in promised), key=len, default="")
    return Embedded(origin, markup, tokens, title)


def _paragraphs(text: str) -> Iterator[str]:
    for part in _TAG.sub("", text).splitlines():
        if squeezed := squeeze(part):
            yield squeezed
