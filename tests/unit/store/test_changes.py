"""How much a change weighs, and how it is shown: on values alone."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.article import Article, Block, Byline, Image
from services.store.changes.diff import EVENT, differences_by_word, shortened
from services.store.changes.grade import change_of
from services.store.changes.myers import Budget, runs
from services.store.changes.texts import Pair, changed_texts
from services.store.changes.words import dates
from tests.support import linear

FIRST = (
    "The Army Corps of Engineers reopened the bridge near Springfield on Monday after 41 hours of work. "
    "Col. Jane Roe said crews could not rest, and thanked the county."
)
SECOND = "Ferries carried “hundreds” of cars - about 1,200 in all - while the river was closed."
SECONDS = 5.0
"""Of CPU for the worst article that can be stored; it takes about one."""


def article(*texts, **fields):
    return Article(layout="afpims", headline=fields.pop("headline", "Bridge Reopens"), body=blocks(*texts), **fields)


def blocks(*texts):
    return tuple(Block(text=text) for text in texts)


OLD = article(FIRST, SECOND, dateline="SPRINGFIELD", published_at="2026-03-02", byline=(Byline(name="Pat Doe"),))


def graded(old=FIRST, new=FIRST, **fields):
    """Of the article with these words in place of those, and with other fields."""
    texts = tuple(Block(text=block.text.replace(old, new)) for block in OLD.body)
    change = change_of(OLD, OLD.model_copy(update={"body": texts} | fields))
    return change.grade, change.facts


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("“hundreds”", '"hundreds"'),
        (" - ", " — "),
        ("work. ", "work.  "),
        ("1,200", "1200"),
        ("near Springfield on", "near springfield on"),
        ("reopened", "re-opened"),
        ("thanked", "thankd"),
        ("crews", "cerws"),
        ("county", "County"),
    ],
)
def test_what_only_looks_otherwise_is_typographic(old, new):
    """Quotes, dashes, spaces, case, and the spelling of one word."""
    assert graded(old, new) == ("typographic", ())


@pytest.mark.parametrize(
    ("old", "new"),
    [("crews", "workers"), ("thanked the county", "thanked the whole county"), ("and thanked", "but thanked")],
)
def test_other_words_for_the_same_facts_are_wording(old, new):
    assert graded(old, new) == ("wording", ())


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("41 hours", "14 hours", "figures"),
        ("41 hours", "two days", "figures"),
        ("1,200", "12,00", "figures"),
        ("Jane Roe", "Joan Roe", "names"),
        ("Roe said", "Row said", "names"),
        ("Springfield", "Shelbyville", "names"),
        ("Monday", "Tuesday", "dates"),
        ("could not rest", "could rest", "negation"),
        ("could not rest", "couldn't ever rest", None),
    ],
)
def test_figures_names_dates_and_negations_are_facts(old, new, fact):
    grade, facts = graded(old, new)
    assert (grade, fact in facts) == (("facts", True) if fact else ("wording", False))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("on April 14", "on April 27"),
        ("am 14. April", "am 27. April"),
        ("el 14 de abril", "el 27 de abril"),
        ("April 14", "April"),
    ],
)
def test_another_day_of_the_same_month_is_another_date(old, new):
    assert dates([old]) != dates([new])
    assert dates([f"41 crews came {old}"]) == dates([f"43 crews came {old}"])


@pytest.mark.parametrize(
    ("fields", "fact"),
    [
        ({"headline": "Bridge Stays Closed"}, "headline"),
        ({"published_at": "2026-03-03"}, "dates"),
        ({"published_at": None}, "dates"),
        ({"dateline": "SHELBYVILLE"}, "names"),
        ({"byline": (Byline(name="Sam Doe"),)}, "names"),
    ],
)
def test_headline_date_place_and_writer_are_facts(fields, fact):
    fields = Article.model_validate(OLD.model_dump() | fields)
    change = change_of(OLD, fields)
    assert (change.grade, fact in change.facts) == ("facts", True)


def test_a_headline_in_another_case_or_a_more_precise_date_is_typographic():
    assert graded(headline="BRIDGE REOPENS!") == ("typographic", ())
    precise = Article.model_validate(OLD.model_dump() | {"published_at": "2026-03-02T15:00:00+00:00"})
    assert change_of(OLD, precise).grade == "typographic"


@pytest.mark.parametrize(
    "notice",
    [
        "Correction: An earlier version of this article misstated the hours.",
        "Correction (March 4, 2026): the bridge is in Shelbyville.",
        "Editor’s note: a name was misspelled.",
        "[UPDATE: the road is open.]",
        "*CORRECTED: the county was wrong.",
        "This article was updated on March 3 to correct the hours.",
        "The press release has been revised.",
        "A previous version of this story named the wrong river.",
    ],
)
def test_a_notice_that_says_so_is_a_correction(notice):
    """Wherever it is put; the same notice that was there before is none."""
    corrected = OLD.model_copy(update={"body": (*OLD.body, *blocks(notice))})
    assert change_of(OLD, corrected).grade == "correction"
    assert change_of(corrected, corrected.model_copy(update={"dek": "Cars wait."})).grade == "wording"
    assert change_of(OLD, OLD.model_copy(update={"headline": f"{notice.split(':')[0]}: Bridge"})).grade in {
        "correction",
        "facts",
    }


@pytest.mark.parametrize(
    "text",
    [
        "The agency issued a correction to its budget last year.",
        "Officials will update the plan in spring.",
        "The road was updated in 2010 with new lights.",
    ],
)
def test_a_text_that_speaks_of_corrections_is_none(text):
    added = OLD.model_copy(update={"body": (*OLD.body, *blocks(text))})
    assert change_of(OLD, added).grade in {"wording", "facts"}


def test_losing_a_good_part_of_the_text_is_a_large_removal():
    """A quarter of the words and forty at least; words that are exchanged are not lost."""
    paragraphs = [
        f"Paragraph {number} tells how the crews cleared the debris from lane {number}." for number in range(9)
    ]
    long = article(*paragraphs)
    assert change_of(long, article(*paragraphs[:5])).grade == "removal"
    assert change_of(long, article(*paragraphs[:7])).grade == "facts"
    assert change_of(long, article(*(text.replace("debris", "mud") for text in paragraphs))).grade == "wording"


def test_paragraphs_that_only_moved_are_not_shown():
    old, new = article(FIRST, SECOND, "Third."), article("Third.", FIRST, SECOND.replace("cars", "trucks"))
    [pair] = changed_texts(old, new)
    assert (pair.old, pair.new) == (SECOND, SECOND.replace("cars", "trucks"))


def test_pictures_are_compared_by_what_is_written_beneath_them():
    old = article(FIRST, images=(Image(caption="A crane."), Image(caption="The mayor.")))
    new = article(FIRST, images=(Image(caption="The mayor."), Image(caption="A crane, 1999.")))
    assert change_of(old, new).facts == ("figures",)


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=30)


@given(WORDS, WORDS)
def test_the_pieces_of_a_diff_are_both_texts(old, new):
    """What is not added is the old text, and what is not removed is the new one, whatever the budget."""
    for steps in (0, 10, 10_000):
        result = list(runs(old, new, Budget(steps)))
        assert [word for fate, fields in result if fate != "inserted" for word in fields] == old
        assert [word for fate, fields in result if fate != "deleted" for word in fields] == new
        [text] = differences_by_word([Pair("body", " ".join(old), " ".join(new))])
        assert (text.before(), text.after()) == (" ".join(old), " ".join(new))


@given(WORDS, WORDS)
def test_a_diff_is_as_short_as_can_be(old, new):
    """As many words stay as the longest common subsequence has: found here by the table that costs the square."""
    total = sum(len(text) for fate, text in runs(old, new, Budget()) if fate == "same")
    lengths = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, first in enumerate(old, 1):
        for j, other in enumerate(new, 1):
            lengths[i][j] = lengths[i - 1][j - 1] + 1 if first == other else max(lengths[i - 1][j], lengths[i][j - 1])
    assert total == lengths[-1][-1]


def test_an_event_shows_so_much_of_a_diff_and_says_that_it_is_cut():
    texts = [f"Paragraph {number} " + "on the river " * 200 for number in range(30)]
    diff = change_of(article(*texts), article(*(text.replace("river", "lake", 1) for text in texts))).diff
    shown, truncated = shortened(diff)
    assert not truncated
    assert max(len(piece.text) for text in shown for piece in text.pieces) < 500
    shown, truncated = shortened(change_of(article(FIRST), article(*texts)).diff)
    assert truncated
    assert sum(len(piece.text) for text in shown for piece in text.pieces) <= EVENT


@pytest.mark.parametrize("made", ["shuffled", "swapped", "many", "one"])
def test_no_article_costs_more_than_its_size(made):
    """The largest that is stored, changed so that a plain comparison would never end."""
    results = [f"word{number % 97}" for number in range(60_000)]
    other = random.Random(7).sample(results, len(results))
    texts = {
        "shuffled": (blocks(" ".join(results)), blocks(" ".join(other))),
        "swapped": (blocks("a b " * 30_000), blocks("b a " * 30_000)),
        "many": (blocks(*(f"x{n} y z" for n in range(5_000))), blocks(*(f"v{n} y z" for n in range(5_000)))),
        "one": (blocks("a " * 60_000), blocks("b " * 60_000)),
    }
    old, new = texts[made]
    began = time.process_time()
    change_of(article().model_copy(update={"body": old}), article().model_copy(update={"body": new}))
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize("pattern", [p for m in linear.modules("services.store.changes") for p in linear.patterns(m)])
def test_every_pattern_is_linear(pattern):
    for attack in linear.attacks(pattern):
        began = time.process_time()
        pattern.search("".join((attack[0], attack[1] * 5_000, attack[2])))
        assert time.process_time() - began < 1.0
