"""Whether the address of a page names a line of it, by the words of its slug."""

from collections.abc import Sequence

from services.parser.address import Slug
from services.parser.dumps.roles import may_be_headline
from services.parser.lines import Line

SURE_WORDS = 4  # of a slug that names a line which looks like something else
LOOSE_WORDS = 1.8  # words of a headline for one of its slug, where small words are dropped
NAMED_WORDS = 20  # of a title that holds two sentences


def is_another(names: Slug | None, words: Sequence[str]) -> bool:
    """Whether a short line has no word of a long slug: a letterhead's, not the headline that the address names."""
    return (
        names is not None
        and len(names.words) >= SURE_WORDS
        and len(words) < 2 * SURE_WORDS
        and not {*words} & {*names.words}
    )


def may_be_named(line: Line) -> bool:
    """Whether the address may name the line: titles of two sentences are titles then, too."""
    short = line.key.count(" ") < NAMED_WORDS and not line.text.endswith((".", ":", ",", ";"))
    return may_be_headline(line) or (short and line.shape in {"paragraph", "subhead"})


def covers(names: Slug, words: Sequence[str]) -> float:
    """Which part of the slug's words stand in the line, in order; 0 where the line has far more words than the slug."""
    if not words or (not names.cut and len(words) > LOOSE_WORDS * len(names.words) + 2):
        return 0
    at = hits = 0
    for number, name in enumerate(names.words):
        last = number == len(names.words) - 1
        for place in range(at, len(words)):
            if words[place] == name or (last and names.cut and words[place].startswith(name)):
                at, hits = place + 1, hits + 1
                break
    return hits / len(names.words)
