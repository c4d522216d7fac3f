"""Paragraphs that a mail program or an editor broke at a width, put together again."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

NARROWEST, WIDEST = 50, 100  # characters
BROKEN = 5  # lines that end where the next word had no room: fewer may be chance
LONG = 1 / 10  # of the lines may be longer than the text is wide
MOST = 1 / 4  # of the lines over another line
_ITEM = re.compile(r"\s*(?:[•·▪*-]|\d{1,2}[.)])\s")


def unwrap(text: str) -> list[str]:
    """The lines of a text; where it was evidently broken at a width, its paragraphs."""
    lines = text.splitlines()
    following = [(line, after) for line, after in pairwise(lines) if line.strip() and after.strip()]
    width = _width([line.rstrip() for line, _ in following])
    if not NARROWEST <= width <= WIDEST:
        return lines
    broken = sum(
        (_is_broken(line, after, width) and not _ends(line)) or _goes_on(line, after, width)
        for line, after in following
    )
    if broken < BROKEN or broken < MOST * len(following):
        return lines
    return list(_joined(lines, width))


def _width(lines: Sequence[str]) -> int:
    """The width of the text: of its longest line, but for a few long ones, such as addresses and menus."""
    longest = sorted(map(len, lines), reverse=True)
    over = next((at for at, length in enumerate(longest) if length <= WIDEST), len(longest))
    return longest[over] if over < len(longest) and over <= LONG * len(longest) else 0


def _joined(lines: Sequence[str], width: int) -> Iterator[str]:
    whole: list[str] = []
    last = ""
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        joins = last.strip() and line.strip() and (_is_broken(last, line, width) or _goes_on(last, line, width))
        if joins and not (_ends(last) and _is_title(line, after, width)):
            whole.append(line.strip() if _is_hyphenated(last) else f" {line.strip()}")
        else:
            yield "".join(whole)
            whole = [line]
        last = line
    yield "".join(whole)


def _is_broken(line: str, after: str, width: int) -> bool:
    """Whether the first word of the next line had no room at the end of this one."""
    token = after.split(maxsplit=1)[:1]
    if not token or _ITEM.match(after) or (_indent(after) > _indent(line) and not _ITEM.match(line)):
        return False
    return len(line.rstrip()) + (not _is_hyphenated(line)) + len(token[0]) > width


def _is_title(line: str, after: str, width: int) -> bool:
    """Whether a line that nothing goes on from stops without an end."""
    return not (_ends(line) or _is_broken(line, after, width) or _goes_on(line, after, width))


def _ends(line: str) -> bool:
    return line.rstrip()[-1:] in tuple('.!?:)"”')


def _goes_on(line: str, after: str, width: int) -> bool:
    """Whether a shorter line stops in the middle of a sentence."""
    begins = after.lstrip()[:1]
    comma = line.rstrip()[-1:] == "," and begins.isalpha() and not _ITEM.match(after)
    number = line.rstrip()[-1:].islower() and begins.isdigit() and not _ITEM.match(after)
    return 2 * len(line) >= width and (begins.islower() or comma or number) and not _ends(line)


def _is_hyphenated(line: str) -> bool:
    return line.rstrip()[-1:] == "-" and line.rstrip()[-2:-1].isalnum()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
