"""What became of every word of a page: kept as text, made a field, removed, or outside of the article's region."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import BaseModel, model_validator

from services.contracts.article import Article, BlockKind, Reading
from services.parser.body import Role, roles
from services.parser.lines import Line
from services.parser.outside import around
from services.parser.parsed_page import ParsedPage
from services.parser.rules import RULES

State = Literal["kept", "field", "removed", "outside"]


class LineView(BaseModel):
    """A line of the page: in the body (`kept`), a `field` of the article, `removed`, or `outside` of its region.

    `rule` names what took it out of the body and `detail` gives the figures of a rule that counts; of a rejected page,
    `rule` is the reason where no other took the line. `field` is the field of the article that the line became.
    `kind` is the kind of block that a kept line became, and its `rule` what decided that, if the page did not say it.
    """

    text: str
    state: State
    rule: str | None = None
    field: str | None = None
    kind: BlockKind | None = None
    detail: str | None = None


class Explanation(BaseModel):
    """Every line of the page in order, and what the parser of today reads from them.

    The lines are every word of the page, apart from those for machines (scripts, styles and templates).
    """

    lines: list[LineView]
    reading: Reading
    profile: str | None = None
    """Digest of the site profile that it was read with, if it was with one."""
    rules: dict[str, str] = {}
    """For each rule that a line has, what a line of it is, as a sentence."""

    @model_validator(mode="after")
    def _say_rules(self) -> Self:
        self.rules = {
            name: RULES[name].says for name in sorted({line.rule or "" for line in self.lines} & RULES.keys())
        }
        return self


def explained_lines(reading: Reading, parsed: ParsedPage | None) -> Iterator[LineView]:
    """The lines around the region, and those of it between them."""
    if parsed is None:
        return
    before, after = around(parsed.region) if parsed.region is not None else ([], [])
    yield from (LineView(text=text, state="outside") for text in before)
    otherwise = None if isinstance(reading, Article) else reading.reason
    yield from (_view(line, role, otherwise) for line, role in roles(parsed.lines))
    yield from (LineView(text=text, state="outside") for text in (*parsed.silent(), *after))


def _view(line: Line, role: Role | None, otherwise: str | None) -> LineView:
    rule = line.rule or otherwise
    if role and rule is None:
        return LineView(text=line.text, state="kept", rule=role.rule, kind=role.kind)
    known = RULES.get(rule or "")
    field = known.field if known and otherwise is None else None
    return LineView(text=line.text, state="field" if field else "removed", rule=rule, field=field, detail=line.detail)
