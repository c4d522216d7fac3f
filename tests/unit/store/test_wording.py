"""What counts as another wording, and what does not."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.article import Article, Block, Byline, Image, Link, Removed
from services.store.wording import alike, content_hash, differences, instant, storable, trimmings

ARTICLE = Article(
    url="https://www.war.gov/News/Releases/Release/Article/644123/harbor/",
    layout="afpims",
    kind="release",
    headline="Engineers Reopen Harbor After Storm",
    dek="Ships are moving again.",
    byline=(Byline(name="Army Sgt. Pat Doe"),),
    dateline="WASHINGTON",
    published_at=date(2026, 1, 12),
    body=(Block(text="The harbor reopened at dawn, two days after the storm had closed it to all traffic."),),
    images=(Image(url="https://media.example.gov/780/260112-A-AB123-001.JPG?ver=1", caption="A crane at work."),),
)


def but(**changes) -> Article:
    return ARTICLE.model_copy(update=changes)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("headline", "Engineers Reopen Harbour After Storm"),
        ("dek", None),
        ("byline", (Byline(name="Army Sgt. Pat Doe", affiliation="DOD News"),)),
        ("dateline", "NORFOLK, Va."),
        ("published_at", datetime(2026, 1, 12, tzinfo=UTC)),
        ("body", (Block(kind="quote", text=ARTICLE.body[0].text),)),
        ("images", (ARTICLE.images[0].model_copy(update={"caption": "A crane."}),)),
        ("images", (ARTICLE.images[0].model_copy(update={"url": "https://media.example.gov/780/another.JPG"}),)),
    ],
)
def test_what_a_reader_sees_is_the_wording(field, value):
    """A change of any visible field is another wording, and is named."""
    changed = but(**{field: value})
    assert content_hash(changed) != content_hash(ARTICLE)
    assert differences(ARTICLE, changed) == (field,)


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://www.defense.gov/News/Releases/Release/Article/644123/"},
        {"kind": "news", "layout": "joint", "tags": ("storm",), "updated_at": date(2026, 2, 1)},
        {"links": (Link(text="more", url="https://www.war.gov/more"),)},
        {"removed": (Removed(rule="counter", text="1 234 views"),)},
        {
            "images": (
                ARTICLE.images[0].model_copy(update={"url": "http://cdn.example.gov/120/260112-A-AB123-001.JPG"}),
            )
        },
    ],
)
def test_what_changes_with_the_site_is_no_other_wording(changes):
    """Addresses, sizes of pictures, tags, links and boilerplate never make an update."""
    assert content_hash(but(**changes)) == content_hash(ARTICLE)
    assert differences(ARTICLE, but(**changes)) == ()


def test_what_only_moved_is_no_other_wording():
    """Paragraphs, pictures and writers in another order say the same; one more of them does not."""
    first, second = ARTICLE.body[0], Block(text="Ferries followed.")
    entry, other = but(body=(first, second)), but(body=(second, first))
    assert content_hash(entry) == content_hash(other)
    assert differences(entry, other) == ()
    assert differences(entry, but(body=(second, first, first))) == ("body",)


def test_a_picture_with_a_number_of_its_own_may_be_filed_under_another_name():
    numbered = ARTICLE.images[0].model_copy(update={"virin": "260112-A-AB123-001"})
    renamed = numbered.model_copy(update={"url": "https://cdn.example.gov/a1b2c3.jpg"})
    assert differences(but(images=(numbered,)), but(images=(renamed,))) == ()


def test_the_same_wording_has_the_same_hash_on_every_installation():
    """The hash is kept in databases: the way it is made may not change by accident."""
    assert content_hash(ARTICLE) == "0a021d938b20dbe5cb8a1d6100e6078fe22fa58cd700b92684ff87b3a8d02d7b"


def test_trimmings_name_what_a_reader_does_not_see():
    assert trimmings(ARTICLE, but(kind="news", tags=("a",), headline="Other")) == ("kind", "tags")


def test_texts_are_alike_by_headline_or_by_words():
    """A corrected headline or a rewritten body does not make another article; both together do."""
    elsewhere = but(headline="Ports: Traffic Resumes")
    assert alike(ARTICLE, elsewhere)
    assert alike(ARTICLE, but(headline="engineers reopen harbor, after storm", body=()))
    stranger = but(
        headline="Band Plays", body=(Block(text="The band of the fleet plays in the park on Sunday at noon."),)
    )
    assert not alike(ARTICLE, stranger)
    assert not alike(but(headline="", body=()), but(headline="", body=()))


@given(st.text(st.characters(codec=None, categories=None)))
def test_any_text_becomes_storable(text):
    """No NUL, no half surrogate, whatever a page holds; what was storable stays as it is."""
    stored = storable(but(headline=text, body=(Block(text=text),)))
    fields = stored.model_dump_json()
    assert "\x00" not in json.loads(fields)["headline"]
    assert stored.body[0].text == stored.headline
    if not any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in text):
        assert stored.headline == text


def test_cleaning_keeps_the_rest_of_the_article():
    """A date stays a date and a picture a picture when a NUL is taken out of the headline."""
    assert storable(but(headline=f"\x00{ARTICLE.headline}")) == ARTICLE


def test_instants_sort_dates_among_times():
    """A date is its midnight; a time without zone is taken as UTC; the ends of the calendar break nothing."""
    assert instant(None) is None
    assert instant(date(2026, 1, 12)) == datetime(2026, 1, 12, tzinfo=UTC)
    assert instant(datetime(2026, 1, 12, 9)) == datetime(2026, 1, 12, 9, tzinfo=UTC)  # noqa: DTZ001 - that is the case
    east = timezone(timedelta(hours=2))
    assert instant(datetime(2026, 1, 12, 9, tzinfo=east)) == datetime(2026, 1, 12, 7, tzinfo=UTC)
    assert instant(datetime(1, 1, 1, tzinfo=east)) == datetime(1, 1, 1, tzinfo=UTC)
