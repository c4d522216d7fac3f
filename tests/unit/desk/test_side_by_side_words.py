"""Two wordings, compared as a reader would."""

from hypothesis import given
from hypothesis import strategies as st

from services.desk.words import MOST, differences

texts = st.lists(st.text(alphabet="ab .\n", max_size=30), max_size=8)


def told(before, after):
    return [[(piece.fate, piece.text) for piece in paragraph] for paragraph in differences(before, after)]


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
    long = "word " * MOST
    assert [fate for [(fate, _)] in told([long], [long + "more"])] == ["gone", "new"]


@given(texts, texts)
def test_both_wordings_can_be_read_off_whole(before, after):
    """Nothing of either is lost, and nothing is made up."""
    paragraphs = differences(before, after)

    def wording(without):
        kept = [[piece.text for piece in each if piece.fate != without] for each in paragraphs]
        return "".join("".join(each) for each in kept)

    assert wording("new") == "".join(before)
    assert wording("gone") == "".join(after)
