"""A new key for the installation: every secret that rests is sealed anew with it."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlmodel import Session

from services.runtime.sealing import UnreadableSecret, resealed
from services.webhooks.models import endpoints, locked

# Whatever is kept sealed says so in its name.
_SEALED = tuple(column for column in endpoints.c if column.name.startswith("sealed_"))


@dataclass(frozen=True)
class Resealing:
    """How many sealed texts are the first key's now, and the endpoints with one that none of our keys opens."""

    done: int
    unreadable: tuple[int, ...]


def reseal(session: Session) -> Resealing:
    """Seals everything that rests in the endpoints with the first key. Again is the same."""
    done, unreadable = 0, []
    session.execute(locked())
    for column in _SEALED:
        rows = session.execute(select(endpoints.c.id, column).where(column != "", column.is_not(None))).all()
        for endpoint, sealed in rows:
            try:
                anew = resealed(sealed)
            except UnreadableSecret:
                unreadable.append(endpoint)
                continue
            # Not when it was changed meanwhile: whoever did has our keys, the first of them in front.
            same = (endpoints.c.id == endpoint, column == sealed)
            session.execute(update(endpoints).where(*same).values({column.name: anew}))
            done += 1
    return Resealing(done, tuple(sorted(set(unreadable))))
