"""Two wordings, compared as a reader would."""

from math import isqrt

from hypothesis import given
from hypothesis import strategies as st

from services.desk import word_diff
from services.desk.word_diff import MOST, paragraph_changes

texts = st.lists(st.text(alphabet="ab .\n", max_size=30), max_size=8)


def told(before, after):
    return [[(piece.fate, piece.text) for piece in paragraph] for paragraph in paragraph_changes(before, after)]


def test_equal_wordings_differ_nowhere():
    assert told(["One.", "Two."], ["One.", "Two."]) == [[("same", "One.")], [("same", "Two.")]]


def test_a_changed_word_is_shown_in_its_paragraph():
    changed = told(["The harbor reopened on Monday."], ["The harbor reopened on Tuesday."])
    assert changed == [[("same", "The harbor reopened on "), ("gone", "Monday"), ("new", "Tuesday"), ("same", ".")]]


def test_a_paragraph_that_has_little_in_common_was_replaced():
    assert told(["One two three."], ["Quite another text!"]) == [
        [("gone", "One two three.")],
        [("new", "Quite another text!")],
    ]


def test_paragraphs_come_and_go_as_a_whole():
    assert told(["One.", "Two."], ["One."]) == [[("same", "One.")], [("gone", "Two.")]]
    assert told(["One."], ["Zero.", "One."]) == [[("new", "Zero.")], [("same", "One.")]]


def test_a_paragraph_too_long_to_compare_is_shown_as_replaced():
    long = "word " * isqrt(MOST)
    assert [fate for [(fate, _)] in told([long], [long + "more"])] == ["gone", "new"]


def test_a_page_that_is_built_to_be_compared_for_ever_is_not(monkeypatch):
    """What is left when enough was compared is shown as replaced, and so are paragraphs that are all the same."""
    monkeypatch.setattr(word_diff, "MOST", 100)
    fates = [[fate for fate, _ in paragraph] for paragraph in told(["a b c d"] * 10, ["a b c e"] * 10)]
    assert (fates[0], fates[-2:]) == (["same", "gone", "new"], [["gone"], ["new"]])
    assert [fate for [(fate, _)] in told(["a"] * 11, ["a"] * 10)] == ["gone", "new"] * 10 + ["gone"]


@given(texts, texts)
def test_both_wordings_can_be_read_off_whole(before, after):
    """Nothing of either is lost, and nothing is made up."""
    paragraphs = paragraph_changes(before, after)

    def wording(without):
        results = [[piece.text for piece in paragraph if piece.fate != without] for paragraph in paragraphs]
        return "".join("".join(paragraph) for paragraph in results)

    assert wording("new") == "".join(before)
    assert wording("gone") == "".join(after)
