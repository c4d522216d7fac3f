"""Wake-ups open messages of an installation twice and in any order, due or not, until it is killed."""

import random
import time

from sqlalchemy import select

from services.runtime.celery import wake_ups
from services.runtime.database import reading
from services.runtime.ledger.ledger_table import OPEN, ledger

SOME = 40
EVERY = 0.3


def insist():
    with reading() as session:
        rows = session.execute(select(ledger.c.id, ledger.c.kind, ledger.c.lane).where(OPEN)).all()
    chosen = random.sample(rows, min(SOME, len(rows))) * 2
    for row in random.sample(chosen, len(chosen)):
        wake_ups.wake_up(row.kind, row.lane, [row.id])


if __name__ == "__main__":
    while True:
        insist()
        time.sleep(EVERY)
