"""The registry of rules: each name that a line of a page can be taken out by, with a sentence for people.

`python -m services.parser.rules` prints `docs/parser-rules.md`.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from services.parser.lexicon import lexicon
from services.parser.passes import PASSES

_HEAD = """# The rules of the parser

The parser never deletes a line of a page: it gives the line a rule. Every rule that it can give is in this table. A
line with a field became that field of the article; without one it was removed. Lines without a rule are the text, and
those around the article's region are shown folded. `dateline parse PAGE --explain` and
*Explain* at the desk show which line was given which rule. The table is printed by
`python -m services.parser.rules` from `services/parser/lexicon/rules.toml`, and a test sees to it that it is whole.

| Rule | Field | What a line of it is |
|---|---|---|
"""


@dataclass(frozen=True)
class Rule:
    """What a line is that was given this rule, and the field of the article that it became (None: it was removed)."""

    name: str
    says: str
    field: str | None = None


RULES: Mapping[str, Rule] = {name: Rule(name, **about) for name, about in lexicon("rules").items()}


def given() -> frozenset[str]:
    """Every rule that some pass may give."""
    return frozenset().union(*(step.rules for step in PASSES))


def as_document() -> str:
    """The rules as Markdown."""
    rows = (f"| `{rule.name}` | {rule.field or ''} | {rule.says} |\n" for rule in RULES.values())
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    sys.stdout.write(as_document())
