"""What is read out of a search with fields: anything may be typed, and a mistake is answered with a sentence."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.store.lists.fields import SearchFields, SearchMistake, read_fields


def at(year, month=1, day=1, hour=0):
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("storm harbor", SearchFields(text="storm harbor")),
        ("storm source:war harbor", SearchFields(text="storm harbor", source="war")),
        ('source:"war" "war games" -drill', SearchFields(text='"war games" -drill', source="war")),
        ("kind:fact-sheet KIND:fact_sheet Status:Removed", SearchFields(kind="fact_sheet", status="removed")),
        ("title:storm headline:'harbor", SearchFields(title=("storm", "'harbor"))),
        ('title:"storm damage" tag:"Air Force"', SearchFields(title=("storm damage",), tag="Air Force")),
        ("virin:260112-N-AB123-1001", SearchFields(virin="260112-N-AB123-1001")),
        ("after:2026-01-12 before:2026-02", SearchFields(since=at(2026, 1, 12), until=at(2026, 2))),
        ("since:2025 until:2026", SearchFields(since=at(2025), until=at(2026))),
        ("after:2026-01-12T08:00+02:00", SearchFields(since=at(2026, 1, 12, 6))),
        (
            "-source:war -source:navy -kind:photo_essay",
            SearchFields(not_source=("war", "navy"), not_kind=("photo_essay",)),
        ),
        ("-status:live", SearchFields(not_status=("live",))),
        ('"source:war kind:x" storm', SearchFields(text='"source:war kind:x" storm')),
        ('-"source:war', SearchFields(text='-"source:war')),
        ("https://news.example/a 9:30 UPDATE: F-35:x", SearchFields(text="https://news.example/a 9:30 UPDATE: F-35:x")),
        ("", SearchFields()),
    ],
)
def test_fields_are_taken_out_and_the_rest_is_text(typed, meant):
    assert read_fields(typed) == meant


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            "sorce:war",
            "There is no field sorce: to search by. Did you mean source:? In quotes it is searched for as text.",
        ),
        ("source: war", "source: needs a value without a space before it, as in source:war."),
        ('title:""', "title: needs a value without a space before it, as in title:harbor."),
        ("after:tomorrow", "'tomorrow' is no date. Write it as 2026-01-31, 2026-01 or 2026."),
        ("before:2026-13", "'2026-13' is no date. Write it as 2026-01-31, 2026-01 or 2026."),
        ("after:2026-02-30", "'2026-02-30' is no date. Write it as 2026-01-31, 2026-01 or 2026."),
        ("source:war source:navy", "source: stands there twice with different values, and no article has both."),
        ("-after:2026", "-after: is not possible. These can be left out: source, kind, status, and words."),
        (
            "status:gone",
            "There is no status 'gone'. Possible are: live, missing, removed, moved, blocked, withdrawn.",
        ),
    ],
)
def test_a_mistake_is_answered_with_how_to_write_it(typed, sentence):
    with pytest.raises(SearchMistake) as mistake:
        read_fields(typed)
    assert str(mistake.value) == sentence


def test_an_unknown_kind_is_answered_with_those_there_are():
    with pytest.raises(SearchMistake, match=r"There is no kind 'novel'\. Possible are: news, release, "):
        read_fields("kind:novel")


@given(st.text(max_size=300) | st.text(alphabet='ab:"- \n', max_size=300))
def test_whatever_is_typed_is_understood_or_answered(typed):
    """Without any field, every character but the spaces is text as it was."""
    fields = SearchFields()
    with suppress(SearchMistake):
        fields = read_fields(typed)
    if fields.text and fields == SearchFields(text=fields.text):
        assert "".join(fields.text.split()) == "".join(typed.split())
