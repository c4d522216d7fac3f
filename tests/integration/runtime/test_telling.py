"""A unexpected error is told to the database as soon as it can be told, and not only when the lease has ended."""

import threading

import pytest
from sqlmodel import select

from services.contracts.messages import Deliver
from services.runtime.database import reading, transaction
from services.runtime.ledger import failures, worker
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow


@pytest.mark.parametrize(("patience", "reported"), [(60, True), (0, False)])
def test_a_database_that_is_away_for_a_moment_is_told_when_it_is_back(db, monkeypatch, patience, reported):
    """The message is due again after its pause; who has no patience leaves it to the end of the lease."""

    def rename(old, new):
        with transaction() as session:
            session.connection().exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")

    def handler(_order, _job):
        rename("ledger", "away")
        if reported:
            back.start()
        raise OSError("The disk is gone.")

    back = threading.Timer(0.5, rename, ("away", "ledger"))
    monkeypatch.setattr(worker, "_handlers", {"Deliver": handler})
    monkeypatch.setattr(failures, "TELLING", patience)
    with transaction() as session:
        enqueue(session, Deliver(endpoint=1))
    with reading() as session:
        (row,) = session.exec(select(LedgerRow.id)).all()
    worker.handle("Deliver", [row])
    if reported:
        back.join()
    else:
        rename("away", "ledger")
    with reading() as session:
        (entry,) = session.exec(select(LedgerRow)).all()
    assert (entry.attempts, entry.lease_token is None) == (1, reported)
    assert (entry.reason == "OSError: The disk is gone.", entry.due_at > entry.enqueued_at) == (reported, reported)
