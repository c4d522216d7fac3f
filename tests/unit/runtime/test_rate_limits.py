"""Who asks too often must wait, and nobody waits for what others did."""

from base64 import b64encode

import pytest

from services.runtime.http.problems import Problem
from services.runtime.http.rate_limits import FAILURES, MOST, REFILL, REQUESTS, RateLimiter, TokenBucket

GOOD, WRONG = "Bearer good", "Bearer wrong"
HERE, THERE = "192.0.2.1", "192.0.2.2"


def waits(turnstile, authorization, now):
    """Seconds that the answer to a right key asks to wait; 0 when there is nothing to wait for."""
    return _seconds(turnstile.admit, authorization, now)


def wrong_waits(turnstile, address, now):
    """Seconds that the answer to one more wrong key asks to wait."""
    return _seconds(turnstile.refuse, address, now)


def _seconds(asked, *words):
    try:
        asked(*words)
    except Problem as problem:
        return int(problem.headers["Retry-After"])
    return 0


@pytest.fixture
def turnstile():
    return RateLimiter()


def fails(turnstile, address, now, times=FAILURES, authorization=WRONG):
    for _ in range(times):
        assert wrong_waits(turnstile, address, now) == 0
        turnstile.failed(authorization, address, now)


def test_an_allowance_is_a_bucket_that_fills_again():
    allowance = TokenBucket(rate=2, burst=3)
    for _ in range(3):
        assert allowance.wait("a", 10.0) == 0
        allowance.take("a", 10.0)
    assert allowance.wait("a", 10.0) == pytest.approx(0.5)
    assert allowance.wait("a", 10.5) == 0
    assert allowance.wait("b", 10.0) == 0


def test_who_takes_without_asking_owes_no_more_than_the_bucket():
    """A thousand requests that were on their way together do not shut their key out for long."""
    allowance = TokenBucket(rate=1, burst=2)
    for _ in range(1_000):
        allowance.take("a", 0.0)
    assert allowance.wait("a", 0.0) == pytest.approx(1)


def test_a_flood_of_askers_does_not_fill_the_memory():
    allowance = TokenBucket(rate=0.001, burst=1)
    for asker in range(3 * MOST):
        allowance.take(asker, 0.0)
        assert len(allowance._full_at) <= MOST


def test_an_address_may_fail_so_often_and_then_waits(turnstile):
    fails(turnstile, HERE, 0.0)
    assert wrong_waits(turnstile, HERE, 0.0) == REFILL
    assert wrong_waits(turnstile, THERE, 0.0) == 0
    assert wrong_waits(turnstile, HERE, float(REFILL)) == 0


@pytest.mark.parametrize("was_right_before", [True, False])
def test_the_failures_of_others_behind_an_address_keep_no_right_key_waiting(turnstile, was_right_before):
    """Else anybody behind the same proxy could shut everybody out, who has just come most of all."""
    if was_right_before:
        turnstile.passed(GOOD, 0.0)
    fails(turnstile, HERE, 0.0)
    assert waits(turnstile, GOOD, 0.0) == 0


def test_a_key_that_is_no_longer_right_is_a_wrong_key(turnstile):
    turnstile.passed(GOOD, 0.0)
    fails(turnstile, HERE, 0.0, authorization=GOOD)
    assert wrong_waits(turnstile, HERE, 0.0) == REFILL


def test_to_present_no_key_is_no_failure_and_is_never_kept_waiting(turnstile):
    """Health, documentation and metrics need none."""
    for _ in range(2 * FAILURES):
        turnstile.failed("", HERE, 0.0)
    assert (waits(turnstile, "", 0.0), wrong_waits(turnstile, HERE, 0.0)) == (0, 0)


def test_a_key_has_a_pace_however_it_is_spelt_and_wherever_it_comes_from(turnstile):
    for number in range(10 * REQUESTS):
        spelt = f"Bearer {' ' * (number % 3)}good" if number % 2 else GOOD
        assert waits(turnstile, spelt, 0.0) == 0
        turnstile.passed(spelt, 0.0)
    assert waits(turnstile, GOOD, 0.0) == 1
    assert waits(turnstile, "Bearer other", 0.0) == 0
    assert waits(turnstile, GOOD, 1 / REQUESTS) == 0


def test_a_key_has_one_pace_under_whatever_user_name_it_comes(turnstile):
    """Else one key would have as many allowances as there are names, and crowd out who is remembered."""
    for number in range(10 * REQUESTS):
        turnstile.passed(f"Basic {b64encode(f'reader-{number}:good'.encode()).decode()}", 0.0)
    assert waits(turnstile, f"basic {b64encode(b':good').decode()}", 0.0) == 1
    assert waits(turnstile, GOOD, 0.0) == 1
    assert waits(turnstile, f"Basic {b64encode(b'reader:other').decode()}", 0.0) == 0
    assert waits(turnstile, "Basic ~", 0.0) == 0


def test_those_at_the_desk_keep_nobody_waiting_who_presents_no_key(turnstile):
    """They send a cookie; who asks for health sends nothing, and must not pay for what they did."""
    for _ in range(20 * REQUESTS):
        turnstile.passed("", 0.0)
    assert waits(turnstile, "", 0.0) == 0
