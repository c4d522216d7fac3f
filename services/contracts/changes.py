"""What a change of an article is: how much it weighs, why, and which of its words are new or gone."""

from typing import Literal, get_args

from pydantic import Field

from services.contracts.article import Contract

Grade = Literal["typographic", "wording", "facts", "correction", "removal"]
"""How much a change weighs, the lightest first."""
GRADES: tuple[Grade, ...] = get_args(Grade)
Fact = Literal["headline", "figures", "names", "dates", "negation"]
"""What kind of fact a change touches."""
ChangedField = Literal["headline", "dek", "byline", "dateline", "published_at", "body", "images", "attachments"]
Fate = Literal["same", "deleted", "inserted"]


class ChangePiece(Contract):
    """Some words, and what became of them. Long stretches that stayed the same are shortened in events."""

    fate: Fate
    text: str


class ChangedText(Contract):
    """One text of a field that changed: a headline, a paragraph, a caption. All `inserted`: it is new as a whole."""

    field: ChangedField
    pieces: tuple[ChangePiece, ...]

    def before(self) -> str:
        """The text as it was; empty for a new one."""
        return "".join(piece.text for piece in self.pieces if piece.fate != "inserted")

    def after(self) -> str:
        """The text as it is; empty for one that is gone."""
        return "".join(piece.text for piece in self.pieces if piece.fate != "deleted")


class ArticleChange(Contract):
    """How one wording differs from another: the grade, the facts it touches, and the words.

    `returns_to` is the number of the earlier revision whose wording stands again. `truncated` says that `diff` does
    not hold all.
    """

    grade: Grade
    facts: tuple[Fact, ...] = ()
    returns_to: int | None = None
    diff: tuple[ChangedText, ...] = Field(default=())
    truncated: bool = False


def weight(grade: Grade) -> int:
    """The grade as a number: 1 for the lightest."""
    return GRADES.index(grade) + 1


def reaches(grade: Grade, least: Grade) -> bool:
    """Whether a change of this grade weighs as much as the `least` one."""
    return weight(grade) >= weight(least)
