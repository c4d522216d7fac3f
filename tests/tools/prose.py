"""How the documentation reads, in numbers: `python -m tests.tools.prose` prints them for each file, and for all.

Only running text counts: code, tables, headings and addresses are left out. A sentence ends with a full stop, a
question mark or an exclamation mark before a space, or with its paragraph or list item.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONG = 25
"""Words above which a sentence is read twice."""
HEADLESS = re.compile(r"(?:Who|Whoever|Whose|What|Whatever) (?!is\b.*\?$|are\b.*\?$|does\b.*\?$|do\b.*\?$)")
"""How a sentence opens that has a clause in place of a subject; a question does so rightly."""
_BLOCK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*>]|\d+\.)\s)")
_END = re.compile(r"(?<=[.!?])[)\"”*_`]*\s+(?=[A-Z`*\[(“\"])")
_NO_END = re.compile(r"\b(?:e\.g|i\.e|etc|vs|Mr|Mrs|Dr|Sgt|Lt|Col|Gen|No|cf|approx)\.$")


@dataclass(frozen=True)
class Prose:
    """What was counted in some text."""

    sentences: int = 0
    words: int = 0
    long: int = 0
    semicolons: int = 0
    headless: int = 0

    def __add__(self, other: "Prose") -> "Prose":
        return Prose(*(mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)))

    @property
    def counts(self) -> Sequence[int]:
        return (self.sentences, self.words, self.long, self.semicolons, self.headless)

    @property
    def per_hundred(self) -> dict[str, float]:
        """Mean words of a sentence; and in a hundred sentences how many are long, semicolons, and headless openings."""
        total = max(self.sentences, 1)
        shares = {name: 100 * getattr(self, name) / total for name in ("long", "semicolons", "headless")}
        return {"words": self.words / total, **shares}


def documents() -> list[Path]:
    """Everything that is written for people to read in one piece."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def measure(text: str) -> Prose:
    """The numbers of a document in Markdown."""
    return sum(map(_count, sentences(text)), Prose())


def sentences(text: str) -> Iterator[str]:
    """The sentences of a document in Markdown, with code as one word each."""
    for block in _BLOCK.split(_running(text)):
        rest = " ".join(re.sub(r"^\s*(?:[-*>]|\d+\.)\s+", "", block).split())
        pending = ""
        for piece in _END.split(rest):
            pending = f"{pending} {piece}".strip()
            if not _NO_END.search(pending):
                yield from _worth(pending)
                pending = ""
        yield from _worth(pending)


def _worth(sentence: str) -> Iterator[str]:
    if len(sentence.split()) > 2:
        yield sentence


def _running(text: str) -> str:
    text = re.sub(r"^ *(```|~~~).*?^ *\1 *$", "\n", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"^ *(?:\||#|\[[^\]]+\]: ).*$", "\n", text, flags=re.MULTILINE)
    text = re.sub(r"`[^`\n]*(?:\n[^`\n]*)?`", "code", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"<?https?://\S+", "address", text)


def _count(sentence: str) -> Prose:
    count = len(sentence.split())
    opens = bool(HEADLESS.match(sentence.lstrip("*_"))) and not sentence.endswith("?")
    return Prose(1, count, count > LONG, sentence.count(";"), opens)


def _line(name: str, found: Prose) -> str:
    shares = found.per_hundred
    numbers = f"{shares['words']:6.1f} {shares['long']:8.1f} {shares['semicolons']:8.1f} {shares['headless']:8.1f}"
    return f"{name:66} {found.sentences:5} {numbers}"


def main(names: Sequence[str]) -> None:
    print(f"{'per 100 sentences but for words':66} {'sent.':>5} {'words':>6} {'> 25':>8} {';':>8} {'headless':>8}")
    result = {path: measure(path.read_text()) for path in map(Path, names)} if names else {}
    result = result or {path.relative_to(ROOT): measure(path.read_text()) for path in documents()}
    for path, numbers in result.items():
        print(_line(str(path), numbers))
    print(_line("all", sum(result.values(), Prose())))


if __name__ == "__main__":
    main(sys.argv[1:])
