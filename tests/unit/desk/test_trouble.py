"""Which sources need somebody, and in what words that is said."""

from datetime import UTC, datetime

import pytest

from services.desk.trouble import source_troubles

NOW = datetime(2026, 1, 12, 18, tzinfo=UTC)
CHANNEL = {"failures": 0, "retrying": None, "alarm": None, "detail": None, "succeeded_at": "2026-01-12T17:00:00Z"}


def source(channels=({},), **about):
    calm = {"name": "war", "title": "", "paused": False, "blocked_at": None, "blocked_detail": None, "retrying": None}
    calm |= {"walled_since": None}
    rhythm = {"silent_since": None, "last_item_at": "2026-01-09T12:00:00Z"} | about.pop("rhythm", {})
    return calm | {"rhythm": rhythm, "channels": [CHANNEL | channel for channel in channels]} | about


def troubles(*sources, gaps=(), quarantine=()):
    return [(each.source, each.what, each.sentence) for each in source_troubles(sources, gaps, quarantine, NOW)]


def test_a_source_that_is_well_is_not_named():
    assert troubles(source()) == troubles(source(channels=())) == []


@pytest.mark.parametrize(
    ("about", "what", "sentence"),
    [
        ({"channels": [{}, {"failures": 3, "detail": "It answered 500."}]}, "failing", "It answered 500."),
        ({"channels": [{"failures": 3}]}, "failing", "3 looks in a row failed."),
        ({"channels": [{"alarm": "The feed is gone."}]}, "failing", "The feed is gone."),
        ({"channels": [{}, {"alarm": "The feed is gone."}]}, "failing", "The feed is gone."),
        ({"retrying": "a message is retried"}, "failing", "a message is retried"),
        ({"blocked_at": "2026-01-12T09:00:00Z", "blocked_detail": "A wall."}, "blocked", "A wall."),
        (
            {
                "walled_since": "2026-01-09T09:00:00Z",
                "blocked_at": "2026-01-09T09:00:00Z",
                "blocked_detail": "A login.",
            },
            "blocked",
            "Its pages stand behind a wall. A login.",
        ),
        (
            {"rhythm": {"silent_since": "2026-01-12T09:00:00Z"}},
            "silent",
            "Nothing new comes, although it is due by the rhythm of this source.",
        ),
    ],
)
def test_what_is_wrong_is_named_with_a_sentence(about, what, sentence):
    assert troubles(source(**about)) == [("war", what, sentence)]


def test_a_wall_of_days_ago_is_no_news():
    assert troubles(source(blocked_at="2026-01-09T09:00:00Z", blocked_detail="A wall.")) == []


def test_a_paused_source_needs_nobody():
    gaps = [{"source": "war", "gaps": 1, "causes": {"waiting": 1}}]
    quarantine = [{"source": "war", "held_at": "2026-01-12T09:00:00Z"}]
    paused = source(paused=True, channels=[{"failures": 3}])
    assert troubles(paused, gaps=gaps, quarantine=quarantine) == []


def test_gaps_and_redesigned_pages_are_told_with_their_numbers():
    gaps = [{"source": "war", "gaps": 1003, "causes": {"not_looked_at": 1001, "blocked": 2}}]
    quarantine = [{"source": "war", "held_at": f"2026-01-12T0{hour}:00:00Z"} for hour in (7, 8)]
    assert troubles(source(), gaps=gaps, quarantine=quarantine) == [
        ("war", "gaps", "Pages that it showed are not stored: 1,001 not looked at, 2 blocked."),
        (
            "war",
            "redesigned",
            "Pages are built otherwise than before: readings wait in quarantine, 2 of them here.",
        ),
    ]
