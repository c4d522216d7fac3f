"""When an absence is certain: decided on values, given how often and how long."""

from datetime import UTC, datetime, timedelta

import pytest

from services.fetcher.absence_models import Absence
from services.fetcher.removals.review import patience_with
from services.fetcher.removals.takedowns import is_believed
from services.fetcher.settings import FetcherSettings

NOW = datetime(2026, 1, 12, 15, 0, tzinfo=UTC)


def absence(sign, looks, **span):
    return Absence(
        page=1, source="demo", article="art_a", sign=sign, since=NOW, last_at=NOW + timedelta(**span), looks=looks
    )


@pytest.mark.parametrize(
    ("sign", "looks", "hours", "certain"),
    [
        ("404", 3, 24, True),
        ("404", 9, 23, False),
        ("404", 2, 48, False),
        ("410", 2, 1, True),
        ("451", 2, 1, True),
        ("410", 1, 48, False),
        ("error_page", 5, 72, True),
        ("error_page", 5, 71, False),
        ("redirect", 4, 99, False),
        ("wall", 3, 24, True),
    ],
)
def test_each_sign_needs_its_looks_over_its_time(sign, looks, hours, certain):
    assert patience_with(sign, FetcherSettings()).is_over(absence(sign, looks, hours=hours)) is certain


def test_what_is_set_for_404_never_makes_410_slower_than_an_hour():
    settings = FetcherSettings(removal_after=60, removal_looks=2)
    assert patience_with("404", settings).is_over(absence("404", 2, minutes=1))
    assert patience_with("410", settings).is_over(absence("410", 2, minutes=1))


def test_the_waits_shrink_with_the_plan_of_visits():
    """A demo at a thousandth of the time decides at a thousandth of the time."""
    settings = FetcherSettings(revisit_scale=0.001)
    assert patience_with("404", settings).is_over(absence("404", 3, seconds=87))
    assert is_believed(absence("404", 3, seconds=4), scale=0.001)


def test_the_lag_of_a_server_is_no_mass_takedown():
    """Two looks within seconds may be lag; the third, three minutes later, is none any more."""
    assert not is_believed(absence("404", 2, seconds=10), scale=1.0)
    assert not is_believed(absence("404", 3, minutes=2), scale=1.0)
    assert is_believed(absence("404", 3, minutes=3), scale=1.0)
