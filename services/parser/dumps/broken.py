"""Lines that a dump broke in the middle of a sentence: at a link, at a bold word, at a drop capital."""

import re
from collections.abc import Iterator, Sequence

from services.parser.boilerplate_rules import ANYWHERE, LOOSE, MAX_LENGTH, TOP, Rules
from services.parser.byline import read_story_line
from services.parser.characters import fold
from services.parser.credits import read_label
from services.parser.dateline import read_opening
from services.parser.lines import Line

LONG = 4  # words: fewer, and a line in small letters may be an entry of a menu
STOPPED = 10  # words of a line that stops at a word that leads on: fewer may be a title, or an entry of a menu
SHORT = 8  # words of a link or a name in the middle of a sentence
TAIL = 40  # characters that tell how a line ends
LETTERS = frozenset("BCDEFGHJKLMNOPRSTUVWYZ")  # A and I are words, Q asks, X is a network
_END = re.compile(r"[.!?:;]['\"”’)\]]{0,2}$|; (?:and|or)$")
_GOES_ON = re.compile(r"[a-zà-ÿ]|[,.;:)\]](?:\s|$)")
# A line that stops where no sentence and no title does.
_STOPS = re.compile(r"\s(?:a|an|and|at|by|for|from|in|of|on|or|the|to|with)$")
# A sentence that a mailing list cut behind an abbreviation: "Donald H.", "nominated Army Lt.", "deputy commander, U.S."
_CUT = re.compile(
    r"(?:^|\s)(?:Lt|Gen|Brig|Col|Maj|Capt|Sgt|Cpl|Adm|Cmdr|Dr|Mr|Mrs|Ms|Sen|Rep|Gov|[A-Z][a-z]{1,20} [A-Z])\.$"
    r"|^No\.$|(?:^|, )U\.S\.$"
)
_HYPHEN = re.compile(r"\w-$")
_DASH = re.compile(r"[-–—]{1,2}")
_OPEN = re.compile(r"(?:[a-zà-ÿ][\w'’-]*|[,–—-]|,[\"”])$")
# A rank at the end of a line, cut off from the name of who speaks: "GEN.", then "LOWE: Good morning."
_RANK = re.compile(r"(?:^|\s)(?P<rank>(?:MR|MRS|MS|DR|SEC|GEN|ADM|COL|LT|CAPT|CMDR|MAJ|SGT|AMB|SEN|REP|GOV)\.)$")
_NAME = re.compile(r"[A-Z][A-Z'’-]+(?: [A-Z][A-Z'’-]+)?: ")
_PLACE = re.compile(r"[A-Z][A-Za-z.' -]{1,40}(?:, [A-Z][A-Za-z. ]{1,24}){0,2}")
_ADDRESS = re.compile(r"https?://|\S@\S")
_CHROME = Rules(ANYWHERE, TOP, LOOSE)

Piece = tuple[str, bool]


def mend_broken(pieces: Sequence[Piece]) -> list[Piece]:
    """The lines, each with whether a blank line stands before it; no line is joined over a blank one."""
    whole: list[tuple[list[str], bool]] = []
    last, open_ended = "", False
    for at, (text, gap) in enumerate(pieces):
        after = pieces[at + 1][0] if at + 1 < len(pieces) and not pieces[at + 1][1] else ""
        glue = _glue(last, text, after, open_ended=open_ended) if whole and not gap else None
        if glue is None:
            whole.append(([text], gap))
            last, open_ended = text, False
        else:
            whole[-1][0].extend((glue, text))
            last, open_ended = _ends(last + glue + text), True
    return [("".join(parts), gap) for parts, gap in whole]


def with_ranks(lines: Sequence[str]) -> Iterator[str]:
    """The lines; a rank that ends one stands before the name that begins the next."""
    rank = ""
    for line, after in zip(lines, [*lines[1:], ""], strict=False):
        cut = _RANK.search(line[-TAIL:]) if _NAME.match(after) else None
        rest = line[: len(line) - len(cut["rank"])].rstrip() if cut else line
        if rest or not cut:
            yield f"{rank} {rest}" if rank else rest
        rank = cut["rank"] if cut else ""


def _ends(line: str) -> str:
    """All that the next piece is judged by: the whole of a line of ten thousand pieces would be gone over for each."""
    return line if len(line) <= 2 * MAX_LENGTH else line[:MAX_LENGTH] + line[-MAX_LENGTH:]


def _glue(last: str, text: str, after: str, *, open_ended: bool) -> str | None:
    """What stands between two lines that are one, or None where they are two."""
    if last in LETTERS:
        return "" if re.match(r"[a-z]|[A-Z'’]{2}", text) else None
    if _DASH.fullmatch(text):
        return " " if _PLACE.fullmatch(last) and last.upper() == last else None
    if _DASH.search(last[-1:]) and open_ended and _PLACE.fullmatch(last.rstrip(" -–—")):
        return " "
    cut = _CUT.search(last[-TAIL:]) is not None and text[:1].isalnum()
    if _END.search(last[-TAIL:]) and not cut:
        return None
    goes_on = cut or _goes_on(last, text, open_ended=open_ended) or _is_amid(last, text, after, open_ended=open_ended)
    if not goes_on or _is_apart(last) or _is_apart(text):
        return None
    return "" if text[0] in ",.;:)]" or _HYPHEN.search(last[-TAIL:]) else " "


def _goes_on(last: str, text: str, *, open_ended: bool) -> bool:
    """Whether the line is the rest of the one before."""
    if last.count(" ") + 1 >= STOPPED and _STOPS.search(last[-TAIL:]) and text[:1].isalnum():
        return True
    if not _GOES_ON.match(text):
        return False
    long = last.count(" ") + 1 >= LONG or open_ended
    return long or (last.count(" ") > 0 and text.count(" ") + 1 >= LONG)


def _is_amid(last: str, text: str, after: str, *, open_ended: bool) -> bool:
    """Whether the line is a link or a name in the middle of a sentence that goes on behind it."""
    if text.count(" ") >= SHORT or _END.search(text[-TAIL:]) or not after or _is_apart(after):
        return False
    long = last.count(" ") + 1 >= LONG or open_ended
    return (
        long
        and read_opening(text) is None
        and _OPEN.search(last[-TAIL:]) is not None
        and _GOES_ON.match(after) is not None
    )


def _is_apart(text: str) -> bool:
    """Whether the line is a line of its own, whatever its letters are."""
    line = Line(text, fold(text))
    return bool(
        _ADDRESS.match(text)
        or text.startswith(("• ", "· ", "▪ ", "-- ", "* "))
        or read_label(text)
        or _CHROME.name(line)
        or (len(text) < 120 and read_story_line(text))
    )
