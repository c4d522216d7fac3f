"""What the operators' pages make of what the API says."""

import re
from datetime import UTC, datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from services.desk.active_filters import chips_of
from services.desk.attempt_charts import attempt_charts
from services.desk.finding_diff import changed_paragraphs
from services.desk.local_times import instant_of
from services.desk.pages.log import place_of
from services.desk.source_state import source_state, wrong_with
from services.desk.times import shown_in


def source(**changes):
    fields = {
        "paused": False,
        "retrying": None,
        "blocked": 0,
        "blocked_detail": None,
        "channels": [channel()],
        "walled_since": None,
    }
    return {**fields, "rhythm": {"silent_since": None}} | changes


def channel(**changes):
    return {"failures": 0, "alarm": None, "retrying": None, "detail": None} | changes


@pytest.mark.parametrize(
    ("known", "state", "wrong"),
    [
        (source(), "active", ""),
        (source(paused=True, blocked=3), "paused", ""),
        (source(channels=[channel(), channel(failures=2, detail="It is gone.")]), "failing", "It is gone."),
        (source(channels=[channel(detail="A remark of no weight.")]), "active", ""),
        (source(retrying="3 of its pages"), "failing", "3 of its pages"),
        (source(blocked=2, blocked_detail="A wall."), "blocked", "A wall."),
        (
            source(walled_since="2026-01-01", blocked_detail="A wall.", rhythm={"silent_since": "2026-01-01"}),
            "blocked",
            "Its pages stand behind a wall. A wall.",
        ),
        (
            source(rhythm={"silent_since": "2026-01-01"}, blocked=1, blocked_detail="A wall."),
            "silent",
            "Nothing new came for longer than its rhythm explains.",
        ),
    ],
)
def test_a_source_has_one_state_and_one_sentence_for_it(known, state, wrong):
    assert source_state(known) == state
    assert state == "paused" or wrong_with(known) == wrong


@pytest.mark.parametrize(
    ("subject", "place"),
    [
        ("source navy", "/sources/navy"),
        ("endpoint 3: filter, url", "/webhooks/3"),
        ("key 2 (newsletter)", "/keys#key-2"),
        ("takedown 1 of navy", "/taken-down/1"),
        ("12 messages, kind ParsePage", ""),
        ("sources", ""),
        ("source ../keys", ""),
        ("", ""),
    ],
)
def test_an_entry_of_the_log_leads_to_what_it_is_about(subject, place):
    assert place_of(subject) == place


def test_a_finding_shows_the_words_that_differ_and_a_little_around():
    """However long the rest is; paragraphs that are the same are not there."""
    stays = "Work goes on at the site as planned. " * 20
    ((before, gone, new, after),) = changed_paragraphs(
        f"{stays}Crews of four came.\nEnd.", f"{stays}Crews of five came.\nEnd."
    )
    assert (gone.fate, gone.text, new.fate, new.text) == ("gone", "four", "new", "five")
    assert (before.text.startswith(" … "), len(before.text) < 70, after.text) == (True, True, " came.")
    assert changed_paragraphs(None, "PORTSMOUTH")[0][0].fate == "new"
    assert changed_paragraphs("a\nb", "a\nb") == []


def test_a_filter_is_taken_away_by_itself():
    assert chips_of("/log", {"actor": "ann", "q": "", "action": "key"}, always={"x": "1"}, fragment="#l") == [
        ("actor", "ann", "/log?x=1&action=key#l"),
        ("action", "key", "/log?x=1&actor=ann#l"),
    ]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-07-01T08:30", "2026-07-01T08:30:00-04:00"),
        ("2026-07-01T08:30:00Z", "2026-07-01T08:30:00+00:00"),
        ("yesterday", "yesterday"),
    ],
)
def test_a_time_is_one_of_the_zone_in_which_it_was_written(text, instant):
    assert instant_of(text, ZoneInfo("America/New_York")) == instant


def test_attempts_are_drawn_in_their_time_with_what_each_step_says():
    step = {"attempts": 3, "delivered": 2, "half_within": 100, "most_within": 250}
    quiet = {"attempts": 0, "delivered": 0, "half_within": None, "most_within": None}
    steps = [
        {"at": datetime(2026, 3, 2, 12, minute, tzinfo=UTC).isoformat(), **each}
        for minute, each in ((0, step), (30, quiet))
    ]
    attempts, answers = attempt_charts({"span": "day", "total": step, "steps": steps})
    assert attempts.summary == "Attempts of the last day: 2 delivered, 1 failed."
    assert [bar.title for bar in attempts.bars] == ["12:00: 2 delivered, 1 failed", "12:30: 0 delivered, 0 failed"]
    assert [bar.title for bar in answers.bars] == ["12:00: 95 of 100 within 250 ms", "12:30: no answer"]
    with shown_in(ZoneInfo("America/New_York")):
        attempts, _answers = attempt_charts({"span": "day", "total": step, "steps": steps})
    assert [bar.title[:5] for bar in attempts.bars] == [tick.text for tick in attempts.times] == ["07:00", "07:30"]


@pytest.mark.parametrize("template", ["articles.html", "quarantine.html"])
def test_a_box_that_ticks_all_of_a_list_has_boxes_to_tick(template):
    """The script ticks those of its form that are marked for it, by one name on every page."""
    text = files("services.desk").joinpath("templates", template).read_text()
    assert re.search(r'<input type="checkbox" data-all>', text)
    assert re.search(r'<input type="checkbox" name="[^>]* data-tick ', text)
