"""When an endpoint is left alone, tried again, or given up."""

from datetime import UTC, datetime, timedelta

from services.webhooks.breaker import AT_LEAST, GIVE_UP, HOLDS, PENALTY, TRIP, Standing, after

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def failed(times, outcome="refused", standing=None, now=NOW):
    standing = standing or Standing()
    for _ in range(times):
        standing = after(standing, outcome, now)
    return standing


def test_a_few_failures_hold_nobody_up():
    """One delivery may be refused for what is in it."""
    standing = failed(TRIP - 1)
    assert (standing.not_before, standing.on_trial, standing.failing_since) == (None, False, NOW)


def test_an_endpoint_that_keeps_failing_is_held_longer_and_longer():
    """And gets one attempt at a time."""
    holds = [failed(TRIP + more).not_before - NOW for more in range(len(HOLDS) + 2)]
    assert holds == [*HOLDS, HOLDS[-1], HOLDS[-1]]
    assert failed(TRIP).on_trial


def test_one_success_ends_it():
    """What waits is due then; of a single failure nobody need hear."""
    assert after(failed(TRIP), "delivered", NOW) == Standing(recovered=True)
    assert after(failed(1), "delivered", NOW) == Standing()


def test_an_overloaded_endpoint_is_left_alone_as_a_whole():
    """For as long as it asks, at most a day, or for half a minute."""
    assert after(Standing(), "throttled", NOW).not_before == NOW + PENALTY
    assert after(Standing(), "throttled", NOW, timedelta(seconds=90)).not_before == NOW + timedelta(seconds=90)
    assert after(Standing(), "throttled", NOW, timedelta(days=9)).not_before == NOW + timedelta(days=1)
    assert after(Standing(), "throttled", NOW, timedelta(0)).not_before is None


def test_five_days_of_nothing_but_failure_are_the_end():
    """Not sooner, and not after a few attempts in a quiet week."""
    failing = failed(AT_LEAST - 1)
    assert after(failing, "refused", NOW + GIVE_UP - timedelta(seconds=1)).gone is None
    assert "2026-03-01 12:00" in after(failing, "refused", NOW + GIVE_UP).gone
    assert after(failed(AT_LEAST - 2), "refused", NOW + GIVE_UP).gone is None


def test_gone_is_gone():
    """At once."""
    assert "410" in after(Standing(), "gone", NOW).gone
