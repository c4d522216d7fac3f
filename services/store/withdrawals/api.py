"""Withdrawing, restoring and erasing articles over HTTP: for operators, each with its reason in the audit log."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import Session

from services.contracts.caller import Caller
from services.contracts.messages import Announce, EraseCaptures, LookAtPages
from services.runtime import audit_log
from services.runtime.database import drop_old_pages, transaction, utcnow
from services.runtime.http.problems import Problem, Storable, requires, storable
from services.runtime.ledger.jobs import Outgoing, enqueue_all
from services.store.withdrawals import withdrawing
from services.store.withdrawals.withdrawing import NoSuchArticle, NotWithdrawable

router = APIRouter(prefix="/admin/withdrawals", tags=["admin"])

Admin = Annotated[Caller, requires("admin")]
Id = Annotated[Storable, Path(max_length=40, examples=["art_mfrggzdfmztwq2lk"])]
WhyWithdrawn = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000), AfterValidator(storable)
]


class WithdrawalWanted(BaseModel):
    """Why an article is hidden; readers are shown it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "Names a witness."}]})

    reason: WhyWithdrawn


class RestorationWanted(BaseModel):
    """Why an article is shown again, for the audit log."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "The ban was lifted."}]})

    reason: WhyWithdrawn


class ErasureWanted(BaseModel):
    """Why an article is erased, and its id once more: what is erased cannot be had back."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "Court order 12/26.", "confirm": "art_mfrggzdfmztwq2lk"}]},
    )

    reason: WhyWithdrawn
    confirm: str = Field(max_length=40, description="The article's id")


@contextmanager
def _changing() -> Iterator[Session]:
    """A transaction in which an article is withdrawn, restored or erased; refusals become problems."""
    try:
        with transaction() as session:
            yield session
    except NoSuchArticle as nothing:
        raise Problem(404, "No such article", str(nothing)) from None
    except NotWithdrawable as refused:
        raise Problem(409, "Not as it stands", str(refused)) from None


def _say(session: Session, messages: Sequence[Announce | EraseCaptures | LookAtPages]) -> None:
    enqueue_all(session, [Outgoing(message) for message in messages])


@router.post("/{article}", status_code=204)
def withdraw_article(article: Id, order: WithdrawalWanted, caller: Admin) -> None:
    """Hide an article from lists, searches, feeds and events until it is restored. No visit brings it back."""
    now = utcnow()
    with _changing() as session:
        _say(session, withdrawing.withdraw(session, article, order.reason, now))
        audit_log.note(session, caller, "article.withdrawn", article, now, reason=order.reason)


@router.post("/{article}/restore", status_code=204)
def restore_article(article: Id, order: RestorationWanted, caller: Admin) -> None:
    """Show a withdrawn article again, as it was, with all its events. Its page is read anew."""
    now = utcnow()
    with _changing() as session:
        announced = withdrawing.show_again(session, article, now)
        _say(session, [*announced, withdrawing.look_again(session, article)])
        audit_log.note(session, caller, "article.restored", article, now, reason=order.reason)


@router.post("/{article}/erase", status_code=204)
def erase_article(article: Id, order: ErasureWanted, caller: Admin) -> None:
    """Overwrite every word of an article, for good: in revisions, search, events, messages and captures."""
    now = utcnow()
    with _changing() as session:
        withdrawing.require_known(session, article)
        if order.confirm != article:
            raise Problem(422, "Not confirmed", f"`confirm` must repeat the article's id, {article}.")
        _say(session, withdrawing.erase(session, article, order.reason, now))
        audit_log.note(session, caller, "article.erased", article, now, reason=order.reason)
    drop_old_pages()
