"""What the gate before the queues takes for a wake-up."""

import pytest
from pydantic import ValidationError

from services.runtime.celery.broker_gate import Hint
from tests.fakes.garbage import MESSAGES, hint


def test_a_hint_is_let_through():
    """With its kind and ids, and whatever else a Celery of another version puts beside them."""
    message = hint("Deliver", (1, 2**62))
    message["headers"]["stamps"] = {}
    text, _, _ = Hint.model_validate(message).body
    assert text == ("Deliver", [1, 2**62])


@pytest.mark.parametrize("what", MESSAGES)
def test_what_is_no_hint_is_refused(what):
    """Before Celery sees it: half of these would end a worker, and the rest fill its log."""
    with pytest.raises(ValidationError):
        Hint.model_validate(MESSAGES[what])
