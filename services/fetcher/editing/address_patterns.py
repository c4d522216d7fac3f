r"""Patterns of article addresses, made from examples: what the chosen addresses have in common and the others lack.

Pure. A step of a path that is a number stands for any number, the last one for any name; all others stay as they are,
unless the examples differ there. Every pattern is linear: no part of it can begin where the one before could go on.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from services.fetcher.scope import is_matched, path_and_query

LONGEST = 300
"""Characters of a pattern, as a source may have them."""
MOST = 20
"""Patterns of one proposal."""
SECTIONS = 5
"""Patterns at most in place of one that takes too much."""
_DATED = re.compile(r"(?:19|20)\d\d|[0-3]\d")
"""A year, a month or a day: as a step of a path it keeps its length, where other numbers grow."""
_ANY = "[^/?]+"
_END = "/?$"
# From loose to strict: what all last steps have, and whether the address ends there.
_LAST = (
    (re.compile(r"^\d+$"), r"\d+", ""),
    (re.compile(r""), _ANY, ""),
    (re.compile(r"\d"), r"[^/?\d]*\d[^/?]*", ""),
    (re.compile(r"-"), "[^/?-]*-[^/?]*", ""),
    (re.compile(r"-.*-"), "[^/?-]*-[^/?-]*-[^/?]*", ""),
    (re.compile(r""), _ANY, _END),
    (re.compile(r"\d"), r"[^/?\d]*\d[^/?]*", _END),
    (re.compile(r"-"), "[^/?-]*-[^/?]*", _END),
    (re.compile(r"-.*-"), "[^/?-]*-[^/?-]*-[^/?]*", _END),
    (re.compile(r"^\d+$"), r"\d+", _END),
)


@dataclass(frozen=True)
class PatternProposal:
    """Patterns that every chosen address matches, and which of the others do as well."""

    patterns: tuple[str, ...]
    also: tuple[str, ...]


def propose_patterns(articles: Sequence[str], others: Iterable[str] = ()) -> PatternProposal:
    """The loosest patterns for these articles that none of the others match, or as few of them as can be."""
    chosen = dict.fromkeys(map(path_and_query, articles))
    rest = {url: path for url in others if (path := path_and_query(url)) not in chosen}
    forms: dict[tuple[int, str], list[list[str]]] = defaultdict(list)
    for path in chosen:
        steps = _steps(path)
        forms[len(steps), _question(path)].append(steps)
    ways = (way for (_, question), examples in forms.items() for way in _ways(examples, question, rest.values()))
    patterns = tuple(dict.fromkeys(pattern for pattern in ways if pattern))[:MOST]
    wrong = [url for url, path in rest.items() if is_matched(patterns, path)]
    return PatternProposal(patterns, tuple(wrong))


def _ways(examples: Sequence[Sequence[str]], question: str, others: Collection[str]) -> list[str]:
    """One pattern for all of them; one for each of their sections where that takes fewer of the others."""
    common = [_pattern(examples, question, others)]
    sections: dict[tuple[str, ...], list[Sequence[str]]] = defaultdict(list)
    for steps in examples:
        sections[tuple(step.casefold() for step in steps[:-1] if not step.isdigit())].append(steps)
    if len(sections) > SECTIONS or not _strays(common, others):
        return common
    apart = [_pattern(section, question, others) for section in sections.values()]
    return apart if all(apart) and _strays(apart, others) < _strays(common, others) else common


def _strays(patterns: Sequence[str], others: Collection[str]) -> int:
    return sum(is_matched(patterns, path) for path in others)


def _pattern(examples: Sequence[Sequence[str]], question: str, others: Collection[str]) -> str:
    """One pattern for paths of as many steps; empty where nothing short enough can be said of them."""
    columns = list(zip(*examples, strict=True))
    last = columns.pop() if columns and not question else ()
    begins = _folders(columns, alike=True)
    if len(begins) > LONGEST - 60:
        begins = _folders(columns, alike=False)
    names = (name + end for has, name, end in _LAST if all(has.search(step) for step in last))
    tries = [begins + name for name in names] if last else [begins.removesuffix("/") + (question or _END)]
    usable = [pattern for pattern in tries if len(pattern) <= LONGEST and _fits(pattern, examples, question)]
    return min(usable, key=lambda pattern: _strays([pattern], others), default="")


def _folders(columns: Iterable[Sequence[str]], *, alike: bool) -> str:
    return "^/" + "".join(f"{_step(values, alike=alike)}/" for values in columns)


def _fits(pattern: str, examples: Iterable[Sequence[str]], question: str) -> bool:
    """Whether it matches the examples: a path may hold what nobody thought of, such as steps that are empty."""
    return bool(question) or all(is_matched([pattern], f"/{'/'.join(steps)}") for steps in examples)


def _step(values: Sequence[str], *, alike: bool) -> str:
    different = list(dict.fromkeys(value.casefold() for value in values))
    if all(value.isascii() and value.isdigit() for value in values):
        dated = all(_DATED.fullmatch(value) and len(value) == len(values[0]) for value in values)
        return rf"\d{{{len(values[0])}}}" if dated else r"\d+"
    if not alike:
        return _ANY
    if len(different) == 1:
        return re.escape(values[0])
    # A few sections that come again and again, as far as these examples go.
    few = len(different) <= min(4, len(values) // 2)
    return f"(?:{'|'.join(map(re.escape, different))})" if few else _ANY


def _steps(path: str) -> list[str]:
    inner = path.partition("?")[0].removeprefix("/").removesuffix("/")
    return inner.split("/") if inner else []


def _question(path: str) -> str:
    """The pattern of a query by which a page is told from others, as `?id=7`; empty without one."""
    name, sign, value = path.partition("?")[2].partition("&")[0].partition("=")
    return rf"/?\?{re.escape(name)}=" + (r"\d+" if value.isascii() and value.isdigit() else "") if sign else ""
