"""Keys on a real database of each kind."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from services.access import keys
from services.access.models import ApiKey
from services.runtime import database
from services.runtime.database import reading, transaction

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _database(db):
    return db


def make(*scopes, **changes):
    with transaction() as session:
        key, presented = keys.create(session, "desk", scopes or ("read",), NOW, **changes)
    return key, presented


def nothing_else(_session, _key, _now):
    """What else ends with a key here."""


def kept(key_id):
    with reading() as session:
        return session.get(ApiKey, key_id)


def test_a_key_opens_what_its_scopes_include():
    key, presented = make("subscribe")
    caller = keys.authenticate(presented, NOW)
    assert (caller.key, caller.name) == (key.id, "desk")
    assert [caller.may(p) for p in ("read", "subscribe", "admin")] == [True, True, False]


def test_the_database_does_not_hold_the_key():
    _, presented = make()
    secret = presented.rsplit("_", 1)[1]
    with reading() as session:
        (row,) = session.execute(text("SELECT * FROM api_keys")).all()
    assert len(secret) == 43
    assert secret not in str(row)


def test_two_keys_are_never_alike():
    assert make()[1] != make()[1]


def test_the_right_secret_under_another_id_is_nobody():
    first, presented = make()
    second, _ = make()
    assert keys.authenticate(presented.replace(f"dl_{first.id}_", f"dl_{second.id}_"), NOW) is None
    assert keys.authenticate(presented.replace(f"dl_{first.id}_", "dl_999_"), NOW) is None
    assert keys.authenticate(presented[:-1] + ("a" if presented[-1] != "a" else "b"), NOW) is None


def test_a_revoked_key_is_nobody_from_then_on_and_is_revoked_once():
    key, presented = make()
    with transaction() as session:
        assert keys.revoke(session, key.id, NOW, nothing_else)
    with transaction() as session:
        assert not keys.revoke(session, key.id, NOW + MINUTE, nothing_else)
        assert not keys.revoke(session, 999, NOW, nothing_else)
    assert keys.authenticate(presented, NOW) is None
    assert kept(key.id).revoked_at == NOW


def test_a_key_ends_at_the_moment_it_expires():
    _, presented = make(expires_at=NOW + MINUTE)
    assert keys.authenticate(presented, NOW + MINUTE - timedelta(microseconds=1))
    assert keys.authenticate(presented, NOW + MINUTE) is None


def test_a_key_that_is_over_before_it_begins_is_refused():
    with pytest.raises(keys.PastExpiry):
        make(expires_at=NOW)


def test_a_key_with_a_new_secret_is_the_same_key_and_the_old_secret_opens_until_the_overlap_is_over():
    """Who showed the old one, as at the desk, is somebody no longer than that; a second rotation ends it at once."""
    key, old = make("subscribe")
    with transaction() as session:
        _, new = keys.rotate(session, key.id, timedelta(hours=1), NOW + MINUTE)
    over = NOW + MINUTE + timedelta(hours=1)
    assert (keys.authenticate(new, over), keys.authenticate(old, over)) == (keys.authenticate(new, NOW), None)
    assert keys.authenticate(old, over - MINUTE).key == key.id
    shown = [keys.caller_of(key.id, since, at) for since, at in ((NOW, over - MINUTE), (NOW, over), (over, over))]
    assert [bool(caller) for caller in shown] == [True, False, True]
    with transaction() as session:
        _, newest = keys.rotate(session, key.id, timedelta(0), NOW + MINUTE)
    opened = [keys.authenticate(entry, NOW + MINUTE) for entry in (newest, new, old)]
    assert [bool(caller) for caller in opened] == [True, False, False]
    assert old.rsplit("_", 1)[0] == newest.rsplit("_", 1)[0]


def test_a_key_that_has_ended_gets_no_new_secret():
    key, _ = make()
    with transaction() as session:
        keys.revoke(session, key.id, NOW, nothing_else)
        assert keys.rotate(session, key.id, MINUTE, NOW) is None
        assert keys.rotate(session, 999, MINUTE, NOW) is None


def test_its_last_use_is_known_to_the_minute_without_a_write_for_each_read():
    key, presented = make()
    assert kept(key.id).last_used_at is None
    for seconds in (0, 59, 60):
        keys.authenticate(presented, NOW + timedelta(seconds=seconds))
    assert kept(key.id).last_used_at == NOW + MINUTE
    keys.authenticate(presented, NOW + timedelta(seconds=119))
    assert kept(key.id).last_used_at == NOW + MINUTE


def test_within_the_minute_a_read_writes_nothing():
    _, presented = make()
    keys.authenticate(presented, NOW)
    messages = []
    event.listen(database.engine(), "before_cursor_execute", lambda _1, _2, statement, *_: messages.append(statement))
    assert keys.authenticate(presented, NOW + timedelta(seconds=59))
    assert [statement for statement in messages if statement.startswith("SELECT")]
    assert not [statement for statement in messages if statement.startswith("UPDATE")]


def test_wrong_keys_leave_no_trace_of_use():
    key, presented = make()
    keys.authenticate(presented[:-3] + "aaa", NOW)
    assert kept(key.id).last_used_at is None


def test_the_first_key_is_an_admins_and_is_made_once():
    with transaction() as session:
        presented = keys.first_key(session, NOW)
    with transaction() as session:
        assert keys.first_key(session, NOW) is None
    assert keys.authenticate(presented, NOW).may("admin")


def test_there_is_no_second_first_key_after_the_first_was_revoked():
    with transaction() as session:
        presented = keys.first_key(session, NOW)
        keys.revoke(session, int(presented.split("_")[1]), NOW, nothing_else)
    with transaction() as session:
        assert keys.first_key(session, NOW) is None


def test_processes_that_start_together_make_one_first_key():
    result, together = [], threading.Barrier(4)

    def start():
        together.wait()
        with transaction() as session:
            result.append(keys.first_key(session, NOW))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([presented for presented in result if presented]) == 1
    assert len(result) == 4
