"""The article's own facts, each from its best source first: machines were promised some, readers see the rest."""

import re
from collections.abc import Sequence
from html import unescape
from itertools import groupby, takewhile

from services.contracts.article import Link
from services.parser.address import article_number
from services.parser.characters import fold, squeeze
from services.parser.lexicon import either, lexicon
from services.parser.lines import Line
from services.parser.page import Page, title_parts

_DOCUMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|zip|mp3|mp4)(?:$|[?#])", re.IGNORECASE)
_SMALL_WORDS = lexicon("languages")["small-words"]
_SPANISH = re.compile(rf"\b(?:{either(_SMALL_WORDS['es'])})\b")
_ENGLISH = re.compile(rf"\b(?:{either(_SMALL_WORDS['en'])})\b")


def take_headline(page: Page, lines: Sequence[Line]) -> str:
    """The headline; its lines are marked, also where the page says it again before the text."""
    promised = page.meta("og:title", "twitter:title", "dcterms.title", "citation_title") or page.json_ld("headline")
    promised, title = page.without_site(promised), page.without_site(page.title)
    headline = _shown(lines, promised or title) or _cut(promised) or _cut(title)
    if not headline and page.title:  # all of it is the site's
        headline = _over_text(lines) or _cut(page.title)
    key = fold(headline)
    for line in lines:
        if line.kept and (line.key == key or (key and line.key.startswith(f"{key} > "))):
            line.rule = "headline"
        elif line.kept and line.is_prose:
            break
    return unescape(headline)  # publishing systems escape titles twice


def _shown(lines: Sequence[Line], promised: str) -> str:
    """The heading that the title promises, else the first; other headings stay in the text as subheads."""
    runs = [list(run) for placed, run in groupby(lines, lambda x: x.kept and x.zone == "headline") if placed]
    target = fold(promised)
    chosen = next((run for run in runs if target and run[0].key in target), None) or _promised(lines, promised)
    if not (chosen or runs):
        return ""
    chosen = chosen or runs[0]
    for line in (line for run in runs if run is not chosen for line in run):
        line.zone, line.shape = "body", "subhead"
    for line in chosen:
        line.rule = "headline"
    return " ".join(line.text for line in chosen)


def _promised(lines: Sequence[Line], promised: str) -> list[Line]:
    """The last line over the text that the title names: sites whose name is a heading have another for the headline."""
    parts = {fold(part) for part in (promised, *title_parts(promised)) if part}
    found: list[Line] = []
    for line in lines:
        if line.key in parts and line.rule in {None, "not-the-article"}:
            found = [line]
        elif line.kept and line.is_prose:
            break
    return found


def _over_text(lines: Sequence[Line]) -> str:
    """The last bold line over the running text: what sites without headings print a headline as."""
    over = takewhile(lambda line: not (line.kept and line.is_prose), lines)
    return next((line.text for line in reversed([*over]) if line.bold and line.rule in {None, "not-the-article"}), "")


def _cut(title: str) -> str:
    """A page title without the names of section and site: "HEADLINE > Department > Release | Site"."""
    head = title.split(" > ", 1)[0] if " > " in title else re.split(r" \| | :: ", title, maxsplit=1)[0]
    return head.strip(" >|")


def canonical(page: Page) -> str | None:
    """The address under which the page wants to be known."""
    return page.absolute(page.canonical) if page.canonical else None


def article_key(page: Page) -> str | None:
    """The number under which AFPIMS keeps the article, as the page itself gives it."""
    for address in (page.meta("og:url"), page.canonical, page.url or "", page.action):  # the surest first
        if (number := article_number(address)) is not None:
            return f"afpims:{number}"
    return None


def language(page: Page, lines: Sequence[Line]) -> str:
    """The language the words are in; the page's own claim is asked when the words do not tell."""
    text = " ".join(line.key for line in lines if line.kept)[:4_000]
    spanish, english = len(_SPANISH.findall(text)), len(_ENGLISH.findall(text))
    if max(spanish, english) >= 5 and spanish != english:
        return "es" if spanish > english else "en"
    return fold(page.lang)[:2] or "en"


def tags(lines: Sequence[Line]) -> tuple[str, ...]:
    """The words the publisher filed it under, in order, each once."""
    found = [link.text for line in lines if line.zone == "tags" for link in line.links if "/tag" in link.url.casefold()]
    return tuple(dict.fromkeys(found))


def links(lines: Sequence[Line]) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """The links of the body and, apart from them, the documents it hands out; each address once."""
    found = {link.url: link for line in lines if line.kept for link in line.links}
    documents = tuple(link for link in found.values() if _DOCUMENT.search(link.url))
    return tuple(link for link in found.values() if not _DOCUMENT.search(link.url)), documents


def dek(lines: Sequence[Line]) -> str | None:
    """The summary under the headline, where the layout has a place for one."""
    found = squeeze(
        " ".join(line.text for line in lines if line.rule in {"dek", "story-line"} and len(line.text) > len("Por:"))
    )
    return found or None
