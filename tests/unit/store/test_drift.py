"""When a page is built otherwise than before, and what becomes of its reading: on values alone."""

from datetime import timedelta

import pytest

from services.contracts.article import Article, Block
from services.store.changes.drift import PATIENCE, PEERS, HeldBefore, drifted, outcome
from services.store.changes.grade import change_of
from services.store.changes.signatures import signatures
from tests.support.orders import NOW

TEXT = " ".join(f"The crews cleared lane {number} of the bridge before the ferries left." for number in range(9))
OTHER = " ".join(f"Visitors may find tickets number {number} at our new museum shop." for number in range(12))


def article(text=TEXT, **fields):
    own = {"layout": "afpims", "headline": "Bridge Reopens", "published_at": "2026-03-02", "dateline": "SPRINGFIELD"}
    fields = own | fields
    return Article(body=tuple(Block(text=part) for part in text.split("\n")), **fields)


@pytest.mark.parametrize(
    ("now", "reasons"),
    [
        (article(f"{TEXT}\nCorrection: it was lane 7."), ()),
        (article(TEXT[: len(TEXT) // 3]), ()),
        (article(f"{TEXT} {OTHER}"), ()),
        (article(layout="unknown"), ("layout",)),
        (article(layout="uswds"), ("layout",)),
        (article(published_at=None), ("date",)),
        (article(OTHER), ("body",)),
        (article(dateline=None), ("fields",)),
        (article(OTHER, layout="unknown", published_at=None), ("layout", "date", "body")),
    ],
)
def test_layout_date_and_body_tell_that_a_page_is_built_otherwise(now, reasons):
    """A correction, a cut and an addition are none of it."""
    assert drifted(article(), now) == reasons


def test_a_better_reader_of_an_unknown_layout_is_no_drift():
    assert drifted(article(layout="unknown"), article(layout="uswds")) == ()
    assert drifted(article("Two words."), article("Other text.")) == ()


def held(state="held", content_hash="b", hours=0.0, minute=5):
    return HeldBefore(state, content_hash, NOW + timedelta(minutes=minute), NOW - timedelta(hours=hours))


@pytest.mark.parametrize(
    ("reasons", "before", "peers", "becomes"),
    [
        (("layout",), None, 1, "held"),
        (("body",), None, 1, "held"),
        (("body",), held(hours=23), 1, "held"),
        (("body",), held(hours=24), 1, "news"),
        (("body",), held(hours=24), PEERS, "held"),
        (("body", "date"), held(hours=240), 1, "held"),
        (("fields", "body"), held(hours=24), 1, "news"),
        (("body",), held("settled", hours=48), 1, "held"),
        (("body",), held("discarded", "a"), 1, "discarded"),
        (("body",), held("discarded", "b"), 1, "held"),
        (("body",), held(minute=20), 1, "late"),
    ],
)
def test_what_the_template_explains_waits_and_a_rewrite_is_news_after_a_day(reasons, before, peers, becomes):
    """A rewrite of one article by its newsroom is not held for ever; a redesign of the site is never announced."""
    at = NOW + timedelta(minutes=10)
    assert outcome(reasons, before, "a", at, peers=peers, now=NOW) == becomes
    assert timedelta(hours=24) == PATIENCE


def test_the_same_change_has_the_same_signature_wherever_it_is():
    """A new footer, another name, another date on all pages; a change of its own beside it is another matter."""
    first, other = article(TEXT.replace("bridge", "Army bridge")), article(OTHER.replace("museum", "Army museum"))
    footer = "\nFollow the newsroom on our new page."
    with_footer = [
        change_of(entry, entry.model_copy(update={"body": (*entry.body, Block(text=footer))}))
        for entry in (first, other)
    ]
    assert signatures(with_footer[0]) == signatures(with_footer[1]) != frozenset()
    stamped = [change_of(article(published_at=f"2026-03-0{day}"), article(published_at="2026-11-29")) for day in (1, 2)]
    assert signatures(stamped[0]) == signatures(stamped[1])
    corrected = change_of(first, article(first.body[0].text.replace("lane 7", "lane 9") + footer))
    assert not signatures(corrected) <= signatures(with_footer[0])
