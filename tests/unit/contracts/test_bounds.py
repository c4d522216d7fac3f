"""No article outgrows its bounds, and none is cut without saying so."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.article import Article, Award, Block, Byline, Image, Link, Removed
from services.contracts.bounds import BYTES, EVENT, LINE, MOST, WORDS, bounded


def article(**fields):
    return Article(**{"layout": "unknown", "headline": "Harbor Reopens"} | fields)


def size(value):
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def test_what_fits_is_left_alone_and_says_nothing():
    whole = article(body=[Block(text="A sentence.")] * MOST["body"], images=[Image(alt="A buoy")] * MOST["images"])
    assert bounded(whole) is whole
    assert "truncated" not in whole.model_dump()


@pytest.mark.parametrize(
    ("field", "entry"),
    [
        ("body", Block(text="Short.")),
        ("images", Image(caption="A buoy.")),
        ("links", Link(text="a", url="https://a.example/")),
        ("attachments", Link(text="a", url="https://a.example/a.pdf")),
        ("byline", Byline(name="Jo Marsh")),
        ("tags", "storm"),
        ("awards", Award(text="A Co., is awarded $1.")),
    ],
)
def test_one_entry_too_many_is_cut_and_said(field, entry):
    cut = bounded(article(**{field: (entry,) * (MOST[field] + 1)}))
    assert getattr(cut, field) == (entry,) * MOST[field]
    assert cut.truncated


def test_one_word_too_many_is_cut_and_said():
    blocks = [Block(text="w " * 999 + "w")] * (WORDS // 1_000)
    assert not bounded(article(body=blocks)).truncated
    cut = bounded(article(body=[*blocks, Block(text="beyond")]))
    assert cut.truncated
    assert "beyond" not in {block.text for block in cut.body}


def test_one_long_block_keeps_what_fits_of_it():
    cut = bounded(article(body=[Block(text="é" * EVENT)]))
    assert cut.truncated
    assert BYTES["body"] - 200 < size(cut.model_dump(mode="json")["body"]) <= BYTES["body"]


def test_a_headline_is_a_line():
    assert not bounded(article(headline="x" * LINE)).truncated
    assert bounded(article(headline="x" * LINE + "y")).headline == "x" * LINE


def test_pictures_stand_within_the_body_that_is_left():
    many = [Block(text="Short.")] * (MOST["body"] + 50)
    assert bounded(article(body=many, images=[Image(alt="A", position=len(many))])).images[0].position == MOST["body"]


LARGE = st.sampled_from(["w ", "\x01", '"\\', "é", "\U0001f6df", "https://a.example/"]).flatmap(
    lambda text: st.integers(0, 300_000).map(lambda times: (text * times)[:600_000])
)


@given(LARGE, st.sampled_from((0, 3, 6_000)))
@settings(max_examples=10)
def test_the_parts_of_any_article_add_up_to_less_than_an_event(text, times):
    short = text[:100]
    result = article(
        headline=text,
        dek=text,
        dateline=text,
        published_evidence=text[:10],
        body=[Block(text=text), *[Block(text=short)] * times],
        byline=[Byline(name=short, affiliation=short)] * times,
        images=[Image(caption=text, alt=text, title=text, credit=text)] * min(times, 3) + [Image(alt=short)] * times,
        tags=[short] * times,
        links=[Link(text=short, url="https://a.example/" + "a" * 3_000)] * times,
        attachments=[Link(text=text, url="https://a.example/a.pdf")] * min(times, 3),
        awards=[Award(text=text)] * min(times, 3),
        removed=[Removed(rule="share", text=text)] * min(times, 3),
    )
    cut = bounded(result)
    assert size(cut.model_dump(mode="json", exclude={"removed"})) < EVENT - 50_000
    assert size(cut.model_dump(mode="json")["removed"]) <= BYTES["removed"]
    assert cut == result or cut.truncated
    assert bounded(cut) is cut or bounded(cut) == cut
