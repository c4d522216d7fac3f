"""Leases belong to instances: one that falls silent loses them within seconds, wherever it ran."""

import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from services.contracts.messages import Deliver
from services.runtime.database import transaction, utcnow
from services.runtime.ledger import instances, jobs, redelivery, sweeper
from services.runtime.ledger.instances import EVERY, SILENT, Watcher
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow

pytestmark = pytest.mark.integration


def leased(owner):
    """A message that this owner holds for an hour."""
    with transaction() as session:
        enqueue(session, Deliver(endpoint=1))
    [(row, _)] = jobs.due(utcnow(), kinds=["Deliver"])
    jobs.claim("Deliver", [row], utcnow())
    with transaction() as session:
        entry = session.exec(select(LedgerRow).where(LedgerRow.kind == "Deliver")).one()
        entry.lease_owner, entry.lease_until = owner, utcnow() + timedelta(hours=1)


def is_free():
    return bool(jobs.due(utcnow(), kinds=["Deliver"]))


@pytest.fixture
def beating(db):
    """An instance of this process; ends with the test."""
    stop = threading.Event()
    instances.begin("fetcher", stop)
    yield stop
    stop.set()
    instances.end()


@pytest.fixture
def sweeping(db, monkeypatch):
    monkeypatch.setattr(instances, "SILENT", 2.0)
    monkeypatch.setattr(sweeper, "EVERY", 0.1)
    stop = threading.Event()
    thread = threading.Thread(target=sweeper.sweep_for_ever, args=[stop])
    thread.start()
    yield
    stop.set()
    thread.join(60)


def test_an_instance_that_falls_silent_loses_its_leases_wherever_it_ran(beating, sweeping):
    """In another container its process number says nothing; it cost the whole lease, up to two minutes."""
    leased(f"another-machine:4026531836/{os.getpid()}/{instances.owner().rsplit('/', 1)[1]}")
    beating.set()
    began = time.monotonic()
    while not is_free() or instances.beats():
        assert time.monotonic() - began < 30
        time.sleep(0.05)


def test_an_instance_that_beats_keeps_its_leases(beating, sweeping, monkeypatch):
    """Also one of another machine with the same host name, and a process number that nobody has here."""
    monkeypatch.setattr(instances, "SILENT", 2 * EVERY + 2)
    leased(f"another-machine:4026531836/999999999/{instances.owner().rsplit('/', 1)[1]}")
    time.sleep(2 * EVERY + 3)
    assert not is_free()
    assert sum(instances.beats().values()) >= 2


def test_owners_of_two_machines_of_one_name_differ():
    """A cloned machine has the name and the namespaces of the first, but was not booted at the same time."""
    place, pid, _ = instances.owner().split("/")
    assert pid == str(os.getpid())
    assert Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip() in place


def test_a_dead_child_of_a_living_instance_loses_its_leases_to_its_own_main_process(db):
    """A sweeper in another container cannot know of it."""
    leased(f"{instances.PLACE}/999999999/{instances.owner().rsplit('/', 1)[1]}")
    with transaction() as session:
        assert redelivery.end_leases_of_dead_children(session, utcnow()) == 1
    assert is_free()
    leased(instances.owner())
    with transaction() as session:
        assert redelivery.end_leases_of_dead_children(session, utcnow()) == 0


def test_silence_counts_only_while_we_look():
    """A sweeper that was held up judges nobody by the time it did not see."""
    watcher = Watcher()
    assert watcher.silent({"a": 1, "b": 1}, 0) == set()
    for second in range(1, int(SILENT)):
        assert watcher.silent({"a": 1, "b": second}, second) == set()
    assert watcher.silent({"a": 1, "b": 99}, SILENT) == {"a"}
    assert watcher.silent({"a": 1, "b": 99}, 10 * SILENT) == set(), "it was away, and begins anew"
