"""What a dry run would change: field by field, for a person to judge, and whole, to be done as it was judged."""

import json
from itertools import takewhile

from pydantic import BaseModel

from services.contracts.article import Article, Block
from services.contracts.messages import Difference, Preview, SaveArticle
from services.store.decide import Change, Created, Refreshed, Updated, Withheld
from services.store.events import is_told
from services.store.find import Existing
from services.store.wording import differences, trimmings

LONGEST = 600
"""Characters of a field that a difference shows, from shortly before the first that differs."""
LEAD = 80


def standing(spot: Existing) -> str:
    """How an article stands, in short: another wording, capture or parser makes another text. Empty without any."""
    return f"{spot.row.revision} {spot.row.capture} {spot.row.parser}" if spot.row else ""


def preview(order: SaveArticle, spot: Existing, change: Change, article: str) -> Preview:
    """What the order would do to the article at this place."""
    known = spot.known.article if spot.known else None
    does = isinstance(change, Created | Updated | Refreshed)
    real = order.origin.model_copy(update={"dry_run": False})
    proposal = order.model_copy(update={"origin": real, "expects": standing(spot)})
    return Preview(
        article=article,
        layout=order.article.layout,
        headline=None if isinstance(change, Withheld) else order.article.headline,
        announced=isinstance(change, Created | Updated) and is_told(order),
        differences=differing(known, order.article) if known and does else (),
        origin=order.origin,
        proposal=proposal if does else None,
        only_removes=bool(known and does and only_removes(known, order.article)),
    )


def only_removes(old: Article, new: Article) -> bool:
    """Whether the new wording is the old one without some lines of its body."""
    rest = iter(old.body)
    return set(differences(old, new)) <= {"body"} and bool(new.body) and all(block in rest for block in new.body)


def differing(old: Article, new: Article) -> tuple[Difference, ...]:
    """Every field that differs, those that readers see first."""
    return tuple(_difference(field, old, new) for field in (*differences(old, new), *trimmings(old, new)))


def _difference(field: str, old: Article, new: Article) -> Difference:
    before, after = _words(getattr(old, field)), _words(getattr(new, field))
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before or "", after or "", strict=False)))
    return Difference(field=field, before=_excerpt(before, same), after=_excerpt(after, same))


def _words(value: object) -> str | None:
    match value:
        case None | ():
            return None
        case str():
            return value
        case tuple():
            return "\n".join(map(_line, value))
    return str(value)


def _line(part: object) -> str:
    if isinstance(part, Block):
        return part.text if part.kind == "paragraph" else f"[{part.kind}] {part.text}"
    if isinstance(part, BaseModel):
        return json.dumps(part.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)
    return str(part)


def _excerpt(text: str | None, same: int) -> str | None:
    """The text from where it begins to differ, with some of what leads there."""
    if text is None:
        return None
    start = max(0, same - LEAD) if len(text) > LONGEST else 0
    shown = text[start : start + LONGEST]
    return ("…" if start else "") + shown + ("…" if start + LONGEST < len(text) else "")
