"""Paragraphs that a mail program, an editor or a converter broke at a width, put together again."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

NARROWEST, WIDEST = 50, 100  # characters
BROKEN = 5  # lines that end where the next word had no room: fewer may be chance
MOST = 1 / 2  # of the lines that stop amid a sentence end so at one width: others were broken at links
LONG = 1 / 10  # of the lines may be longer than a text is wide that was broken by hand
SOME = 1 / 4  # of its lines over another line
_BULLET = r"\s*(?:[•·▪◦*+-]|(?<!\S)(?<=\s\s\s\s\s)o|\d{1,2}[.)])\s"
_ITEM = re.compile(_BULLET)
# What begins a block of its own: an item, a heading, a row of a table, a line that underlines another.
_BLOCK = re.compile(rf"{_BULLET}|\s*(?:#{{1,6}}\s|\||>|[=-]{{3,}}\s*$)")
_RULED = re.compile(r"\s*(?:\||[=-]{3,}\s*$)")
_HARD = ("  ", "\\")  # ends of lines that Markdown keeps


def unwrap(text: str, *, markdown: bool = False) -> list[str]:
    """The lines of a text; where it was evidently broken at a width, its paragraphs."""
    lines = text.splitlines()
    width = _even_width(lines) or _uneven_width(lines)
    return list(_joined(lines, width, _HARD if markdown else ())) if width else lines


def _even_width(lines: Sequence[str]) -> int:
    """The width at which the next word had no room after most lines that stop amid a sentence, 0 if there is none."""
    leading = [(line.rstrip(), after) for line, after in pairwise(lines) if _leads_on(line, after)]
    steps: Counter[int] = Counter()
    for line, after in leading:
        steps[len(line)] += 1
        steps[_needs(line, after)] -= 1
    broken = list(accumulate(steps[width] for width in range(WIDEST + 1)))
    most = max(broken)
    width = broken.index(most)
    return width if width >= NARROWEST and most >= BROKEN and most >= MOST * len(leading) else 0


def _uneven_width(lines: Sequence[str]) -> int:
    """The width of a text that was broken by hand, here and there before it: that of its longest line but for a few."""
    following = [(line.rstrip(), after) for line, after in pairwise(lines) if line.strip() and after.strip()]
    longest = sorted((len(line) for line, _ in following), reverse=True)
    over = next((at for at, length in enumerate(longest) if length <= WIDEST), len(longest))
    width = longest[over] if over < len(longest) and over <= LONG * len(longest) else 0
    broken = sum(
        (_is_broken(line, after, width) and not _ends(line)) or _goes_on(line, after, width)
        for line, after in following
    )
    return width if width >= NARROWEST and broken >= max(BROKEN, SOME * len(following)) else 0


def _leads_on(line: str, after: str) -> bool:
    """Whether a line seems to stop amid a sentence, which the next one takes up in small letters."""
    begins = after.lstrip()[:1]
    return bool(line.strip()) and begins.isalpha() and not (begins.isupper() or _BLOCK.match(after) or _ends(line))


def _needs(line: str, after: str) -> int:
    """The width at which the first word of the next line would have stood on this one."""
    return len(line) + (not _is_hyphenated(line)) + len(after.split(maxsplit=1)[0])


def _joined(lines: Sequence[str], width: int, hard: tuple[str, ...]) -> Iterator[str]:
    whole: list[str] = []
    last = ""
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        joins = last.strip() and line.strip() and (_is_broken(last, line, width) or _goes_on(last, line, width))
        joins = joins and not last.endswith(hard) and not (_BLOCK.match(line) or _RULED.match(last))
        if joins and not (_ends(last) and _is_title(line, after, width)):
            whole.append(line.strip() if _is_hyphenated(last) else f" {line.strip()}")
        else:
            yield "".join(whole)
            whole = [line]
        last = line
    yield "".join(whole)


def _is_broken(line: str, after: str, width: int) -> bool:
    """Whether the first word of the next line had no room at the end of this one."""
    if not after.strip() or _BLOCK.match(after) or (_indent(after) > _indent(line) and not _ITEM.match(line)):
        return False
    return _needs(line.rstrip(), after) > width


def _is_title(line: str, after: str, width: int) -> bool:
    """Whether a line that nothing goes on from stops without an end."""
    return not (_ends(line) or _is_broken(line, after, width) or _goes_on(line, after, width))


def _ends(line: str) -> bool:
    return line.rstrip()[-1:] in tuple('.!?:)"”')


def _goes_on(line: str, after: str, width: int) -> bool:
    """Whether a shorter line stops in the middle of a sentence."""
    begins = after.lstrip()[:1]
    comma = line.rstrip()[-1:] == "," and begins.isalpha()
    number = line.rstrip()[-1:].islower() and begins.isdigit()
    return (
        2 * len(line) >= width and not _BLOCK.match(after) and (begins.islower() or comma or number) and not _ends(line)
    )


def _is_hyphenated(line: str) -> bool:
    return line.rstrip()[-1:] == "-" and line.rstrip()[-2:-1].isalnum()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
