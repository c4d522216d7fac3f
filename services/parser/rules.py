"""The registry of rules: each name that a line of a page can be taken out by, or that decides what it is in the text.

`python -m services.parser.rules` prints `docs/parser-rules.md`.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from services.contracts.article import BlockKind
from services.parser.body import RULES as BODY_RULES
from services.parser.lexicon import lexicon
from services.parser.passes import PASSES

_HEAD = """# The rules of the parser

The parser never deletes a line of a page: it gives the line a rule. Every rule that it can give is in this table. A
line with a field became that field of the article; without one it was removed. Other lines are the text, and
those around the article's region are shown folded. `dateline parse PAGE --explain` and
*Explain* at the desk show which line was given which rule. The table is printed by
`python -m services.parser.rules` from `services/parser/lexicon/rules.toml`, and a test sees to it that it is whole.

| Rule | Field | What a line of it is |
|---|---|---|
"""
_TEXT = """
## Kinds of blocks

A line of the text is a paragraph, a subhead, an item of a list, a quote, a table or the turn of a speaker. *Explain*
shows which. Mostly the page says it, by an element or a mark of Markdown. Where a rule decided it, *Explain* names it.

| Rule | Kind | What a line of it is |
|---|---|---|
"""


@dataclass(frozen=True)
class Rule:
    """What a line is that was given this rule, and what it became: a `field` of the article, or a block of the text.

    Without either it was removed.
    """

    name: str
    says: str
    field: str | None = None
    kind: BlockKind | None = None


RULES: Mapping[str, Rule] = {name: Rule(name, **about) for name, about in lexicon("rules").items()}


def given() -> frozenset[str]:
    """Every rule that some pass, or the body, may give."""
    return BODY_RULES.union(*(step.rules for step in PASSES))


def as_document() -> str:
    """The rules as Markdown."""
    taken = (f"| `{rule.name}` | {rule.field or ''} | {rule.says} |\n" for rule in RULES.values() if not rule.kind)
    text = (f"| `{rule.name}` | {rule.kind} | {rule.says} |\n" for rule in RULES.values() if rule.kind)
    return "".join((_HEAD, *taken, _TEXT, *text))


if __name__ == "__main__":
    sys.stdout.write(as_document())
