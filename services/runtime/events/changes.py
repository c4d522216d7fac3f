"""Conditions on what an event changed: which fields, which words are new or gone, how much it weighs. Pure.

A phrase is new where the article has it more often than before. A new article is new as a whole: all its words are.
An event that changed no words, such as a removal, has neither new words nor others; it weighs more than any change.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from services.contracts.changes import ArticleChange, ChangedField, Grade, reaches
from services.runtime.events.phrases import occurrences, plain

CREATED, LISTED = "article.created", "article.listed"
"""Of the latter the article is new to the readers of a further source."""


@dataclass(frozen=True)
class ChangeSubject:
    """What an event says of its change: the changed fields, the grade, and each changed text before and after.

    `uncertain`: the event does not show all that changed, so that nobody can tell which words are new or gone.
    """

    changed: tuple[str, ...] = ()
    grade: Grade | None = None
    texts: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    uncertain: bool = False

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self:
        """What the whole body of an event says."""
        data = event["data"]
        if event["type"] in {CREATED, LISTED}:
            return cls(texts=(("", _words(data["article"])),))
        if not data.get("change"):
            return cls(tuple(data.get("changed", ())))
        change = ArticleChange.model_validate(data["change"])
        texts = tuple((plain(text.before()), plain(text.after())) for text in change.diff)
        return cls(tuple(data["changed"]), change.grade, texts, change.truncated)

    def first_added(self, phrases: Sequence[str]) -> str | None:
        """The first of these phrases that is new."""
        return next((phrase for phrase in phrases if self._more(phrase) > 0), None)

    def first_removed(self, phrases: Sequence[str]) -> str | None:
        """The first of these phrases that is gone, or is there less often."""
        return next((phrase for phrase in phrases if self._more(phrase) < 0), None)

    def _more(self, phrase: str) -> int:
        return sum(occurrences(after, phrase) - occurrences(before, phrase) for before, after in self.texts)


def _words(article: Mapping[str, Any]) -> str:
    lines = (article.get("headline"), article.get("dek"), *(block["text"] for block in article.get("body", ())))
    captions = (image.get("caption") for image in article.get("images", ()))
    return plain("\n".join(line for line in (*lines, *captions) if line))


@dataclass(frozen=True)
class ChangeQuery:
    """What is asked of a change: all that is named must hold, and nothing of what is named with `not`.

    A condition on words holds for an event that does not show all its words: rather one too many than one too few.
    """

    changed: tuple[ChangedField, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    min_grade: Grade | None = None
    not_changed: tuple[ChangedField, ...] = ()
    not_added: tuple[str, ...] = ()
    not_removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is asked."""
        return self != ChangeQuery()

    def lets_through(self, subject: ChangeSubject) -> bool:
        """Whether the event is one that is asked for."""
        return all(self._conditions_met(subject)) and not any(self._excluded(subject))

    def _conditions_met(self, subject: ChangeSubject) -> Iterator[bool]:
        if self.changed:
            yield not {*self.changed}.isdisjoint(subject.changed)
        if self.added:
            yield subject.uncertain or subject.first_added(self.added) is not None
        if self.removed:
            yield subject.uncertain or subject.first_removed(self.removed) is not None
        if self.min_grade:
            yield weighs(subject, self.min_grade)

    def _excluded(self, subject: ChangeSubject) -> Iterator[bool]:
        yield not {*self.not_changed}.isdisjoint(subject.changed)
        yield not subject.uncertain and subject.first_added(self.not_added) is not None
        yield not subject.uncertain and subject.first_removed(self.not_removed) is not None


def weighs(subject: ChangeSubject, least: Grade) -> bool:
    """Whether the event weighs as much; what is no change of words weighs more than any."""
    return subject.grade is None or reaches(subject.grade, least)
