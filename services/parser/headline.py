"""The headline: the heading that the head of the page promises, else the first; never the name of site or section."""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import groupby, takewhile
from urllib.parse import urlsplit

from services.parser.byline import read_story_line
from services.parser.characters import fold
from services.parser.date_labels import is_date
from services.parser.lexicon import either, lexicon
from services.parser.lines import Line
from services.parser.page import Page, title_parts
from services.parser.zones import OUTSIDE

# Of the words of two titles this part is in both: under the first they have nothing to do with one another.
UNLIKE, ALIKE = 0.34, 0.6
LATE = 3  # running texts over a heading that is no longer a headline
SMALL = 3  # letters of a word that says little
TITLE_WORDS = 3  # of a part of a title that may be the headline
_TITLES = ("og:title", "twitter:title", "dcterms.title", "citation_title")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_WORD = re.compile(r"[^\W_]+")
_SECTION = re.compile(
    either(f"(?:{form})" for form in (*lexicon("rejection")["hubs"], "blogs?", "articles?", "aktuelles", "presse"))
)
# What stands beside a headline in its heading: how many comments, the site that it is about.
_BESIDE = re.compile(r"[\s|:,.-]{0,9}(?:\([\w.-]{3,40}\))?\s?\d{0,5}[\s|:,.-]{0,9}")
_FRONT = re.compile(r"\s*(?:https?://[^/?#]{1,250})?/?\s*", re.IGNORECASE)
_SEPARATED = re.compile(r"\s(?:[|\N{EN DASH}\N{EM DASH}-]|::)\s(?=[^|\N{EN DASH}\N{EM DASH}]{1,60}$)")


def take_headline(page: Page, lines: Sequence[Line]) -> str:
    """The headline; its lines are marked, also where the page says it again before the text."""
    promised = page.meta(*_TITLES) or page.json_ld("headline")
    promised, title = page.without_site(promised), page.without_site(page.title)
    names = _site_names(page) | _named_behind(lines, title) | _named_by_links(lines)
    chosen = _shown(lines, [promised, title, page.json_ld("headline")], names)
    headline = _tidied(" ".join(line.text for line in chosen), promised or title, names)
    headline = headline or _cut(promised) or _cut(title)
    names_section = not chosen and _SECTION.fullmatch(fold(headline))
    if names_section or (not headline and page.root is not None):
        headline = _printed(_over_text(lines)) or headline or _cut(page.title) or _printed(_opening_title(lines))
    key = fold(headline)
    for line in lines:
        if line.kept and (line.key == key or (key and line.key.startswith(f"{key} > "))):
            line.rule = "headline"
        elif line.kept and line.is_prose:
            break
    return unescape(headline)  # publishing systems escape titles twice


def _site_names(page: Page) -> frozenset[str]:
    """What the site calls itself, in folded spelling."""
    try:
        host = (urlsplit(page.url or page.canonical).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    return frozenset(filter(None, (fold(page.meta("og:site_name", "application-name")), host)))


def _named_behind(lines: Sequence[Line], title: str) -> frozenset[str]:
    """What the window's title calls the site, if all before it is a heading of the page."""
    cut = _SEPARATED.search(title)
    before = fold(title[: cut.start()]) if cut else ""
    headed = (
        cut and len(before) > len(title[cut.end() :]) and any(line.key == before for line in _early_headings(lines))
    )
    return frozenset({fold(title[cut.end() :])}) if cut and headed else frozenset()


def _named_by_links(lines: Sequence[Line]) -> frozenset[str]:
    """What leads to the front page over the text, as the name of a site does."""
    over = takewhile(lambda line: not (line.kept and line.is_prose), lines)
    return frozenset(line.key for line in over if line.is_linked and _FRONT.fullmatch(line.links[0].url))


def _shown(lines: Sequence[Line], promises: Sequence[str], names: frozenset[str]) -> list[Line]:
    """The heading that the title promises, else the first; other headings stay in the text as subheads."""
    runs = [list(run) for placed, run in groupby(lines, lambda x: x.kept and x.zone == "headline") if placed]
    target = fold(promises[0] or promises[1])
    chosen = next((run for run in runs if target and run[0].key in target and run[0].key not in names), None)
    chosen = chosen or _promised(lines, promises[0] or promises[1], names)
    if not (chosen or runs):
        return _best(lines, promises, names) or []
    chosen = chosen or runs[0]
    if _is_doubtful(chosen, promises, names):
        chosen = _best(lines, promises, names) or _under_section(lines, chosen) or _unless_late(lines, chosen, names)
    for line in (line for run in runs if run is not chosen for line in run):
        line.zone, line.shape = "body", "subhead"
    for line in chosen:
        line.rule = "headline"
    return _said_once(chosen, target)


def _is_doubtful(chosen: Sequence[Line], promises: Sequence[str], names: frozenset[str]) -> bool:
    """Whether a heading is hardly what the head of the page promises, or names the site or a section."""
    text = " ".join(line.key for line in chosen)
    known = max((_likeness(text, promise) for promise in promises), default=0.0)
    return text in names or _SECTION.fullmatch(text) is not None or (any(promises) and known < UNLIKE)


def _best(lines: Sequence[Line], promises: Sequence[str], names: frozenset[str]) -> list[Line]:
    """The heading over the text, or at its beginning, that is most like what the head promises."""
    best, result = ALIKE, None
    for line in _early_headings(lines):
        score = max(_likeness(line.key, promise) for promise in promises)
        if score > best and line.key not in names:
            best, result = score, line
    return [result] if result else []


def _early_headings(lines: Sequence[Line]) -> Iterator[Line]:
    prose = 0
    for line in lines:
        if line.tag in _HEADINGS and line.zone not in OUTSIDE and line.rule in {None, "not-the-article"}:
            yield line
        prose += line.kept and line.is_prose
        if prose >= LATE:
            return


def _under_section(lines: Sequence[Line], chosen: Sequence[Line]) -> list[Line]:
    """The heading under the name of a section, if it leads nowhere else."""
    if not _SECTION.fullmatch(" ".join(line.key for line in chosen)):
        return []
    over = takewhile(lambda line: not (line.kept and line.is_prose), lines)
    below = [line for line in over if line.tag in _HEADINGS and line not in chosen and line.zone not in OUTSIDE]
    return below[:1] if below and not below[0].links and len(_WORD.findall(below[0].key)) >= TITLE_WORDS else []


def _unless_late(lines: Sequence[Line], chosen: list[Line], names: frozenset[str]) -> list[Line]:
    """The heading, unless it is the site's name or the text is over it."""
    over = takewhile(lambda line: line is not chosen[0], lines)
    late = sum(line.kept and line.is_prose for line in over) >= LATE
    return [] if late or " ".join(line.key for line in chosen) in names else chosen


def _likeness(one: str, other: str) -> float:
    """How many of the words of two titles are in both, 0 to 1; the names of site and section count against none."""
    mine = _words(one)
    return max((_shared(mine, _words(part)) for part in (other, *title_parts(other))), default=0.0)


def _words(text: str) -> frozenset[str]:
    """The words of a title, without the small ones that join them if there are others."""
    tokens = frozenset(_WORD.findall(fold(text)))
    return frozenset(term for term in tokens if len(term) > SMALL) or tokens


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _said_once(chosen: Sequence[Line], target: str) -> list[Line]:
    """The lines of a heading without those that it says twice, and without what is not of the promised title."""
    distinct = list({line.key: line for line in reversed(chosen)}.values())[::-1]
    if len(distinct) < len(chosen):
        promised = [line for line in distinct if line.key in target]
        return promised or distinct
    return distinct


def _tidied(headline: str, promised: str, names: frozenset[str]) -> str:
    """A heading without the name of the site at its end, or a date and a number beside what is promised."""
    if (cut := _SEPARATED.search(headline)) and fold(headline[cut.end() :]) in names:
        headline = headline[: cut.start()]
    for part in filter(None, (promised, *title_parts(promised))):
        before, result, after = headline.partition(part)
        if result and len(part.split()) >= TITLE_WORDS and part != headline:
            rest = f"{before}{after}"
            if is_date(rest.strip()) or (not before and _BESIDE.fullmatch(after)):
                return part
    return headline


def _promised(lines: Sequence[Line], promised: str, names: frozenset[str]) -> list[Line]:
    """The last line over the text that the title names: sites whose name is a heading have another for the headline."""
    parts = {fold(part) for part in (promised, *title_parts(promised)) if part} - names
    entries: list[Line] = []
    for line in lines:
        if line.key in parts and line.rule in {None, "not-the-article"}:
            entries = [line]
        elif line.kept and line.is_prose:
            break
    return entries


def _printed(line: Line | None) -> str:
    """The text of a line that is the headline, which it is marked as."""
    if line is None:
        return ""
    line.rule = "headline"
    return line.text


def _over_text(lines: Sequence[Line]) -> Line | None:
    """The last bold line over the running text: what sites without headings print a headline as."""
    over = takewhile(lambda line: not (line.kept and line.is_prose), lines)
    bold = (line for line in reversed([*over]) if line.bold and not line.links)
    return next(filter(_may_be_title, bold), None)


def _opening_title(lines: Sequence[Line]) -> Line | None:
    """The first line over the running text that looks like a title: pages without a title have nothing better."""
    over = takewhile(lambda line: not (line.kept and line.is_prose), lines)
    return next((line for line in over if line.is_title and not line.links and _may_be_title(line)), None)


def _may_be_title(line: Line) -> bool:
    """Whether a line is free to be a headline, and neither a date nor a byline."""
    free = line.zone not in OUTSIDE and line.rule in {None, "not-the-article"}
    return free and " " in line.key and read_story_line(line.text) is None


def _cut(title: str) -> str:
    """A page title without the names of section and site: "HEADLINE > Department > Release | Site"."""
    head = title.split(" > ", 1)[0] if " > " in title else re.split(r" \| | :: ", title, maxsplit=1)[0]
    return head.strip(" >|")
