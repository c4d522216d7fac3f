"""What people say of single lines of a site: protected ones stay, unwanted ones go, whatever the counts say."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select
from sqlmodel import Session

from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.parser.characters import fold, squeeze
from services.parser.site_profile import SiteProfile
from services.runtime import audit_log
from services.runtime.provenance import profiles
from services.runtime.provenance.profiles import LineRuling

Ruling = Literal["protected", "unwanted"]
MOST = 500
"""Lines of one host that people may judge."""


class TooManyLines(UserError):  # noqa: N818 - named for what is wrong
    """More lines of one host than a profile takes."""


@dataclass(frozen=True)
class Rulings:
    """The lines of a host that people have judged, in the spelling in which lines are compared."""

    protected: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()

    def on(self, profile: SiteProfile) -> SiteProfile:
        """The profile with these."""
        return replace(profile, protected=self.protected, unwanted=self.unwanted)


def rulings_of(session: Session, host: str) -> Rulings:
    """What people say of lines of a host at present."""
    rows = session.execute(select(profiles.rulings).where(profiles.rulings.c.host == host)).all()
    protected, unwanted = (
        frozenset(row.line for row in rows if row.ruling == name) for name in ("protected", "unwanted")
    )
    return Rulings(protected, unwanted)


def rule(session: Session, host: str, text: str, ruling: Ruling | None, caller: Caller, now: datetime) -> None:
    """Writes down what a person says of a line; None takes back what was said.

    Raises:
        TooManyLines: so many lines of the host are judged already.

    """
    line = fold(squeeze(text))
    this = (profiles.rulings.c.host == host, profiles.rulings.c.line == line)
    session.execute(delete(profiles.rulings).where(*this))
    number = len(session.execute(select(profiles.rulings.c.line).where(profiles.rulings.c.host == host)).all())
    if ruling and number >= MOST:
        raise TooManyLines(f"{number} lines of {host} are judged already; clear some of them first.")
    if ruling:
        about = {"host": host, "line": line, "text": squeeze(text), "ruling": ruling}
        session.add(LineRuling(**about, ruled_by=caller.name, ruled_at=now))
    session.flush()
    audit_log.note(session, caller, f"profile.line_{ruling or 'cleared'}", f"site {host}", now, reason=text[:500])
