"""A process that answers question after question: what fails in it, what ends it, and what goes on."""

import os
import signal

import pytest

from services.parser.page_reader import NotAnswered, PageReader


def answer(question: str) -> str:
    if question == "fails":
        raise KeyError(question)
    if question == "ends":
        os.kill(os.getpid(), signal.SIGPROF)
    if question == "memory":
        raise MemoryError
    return question.upper()


@pytest.fixture
def reader():
    reader = PageReader(answer)
    yield reader
    reader.end()


def test_a_failure_is_told_as_what_it_is_and_the_next_question_is_answered(reader, capfd):
    """It was taken for a page that costs too much, which hides a fault of the parser."""
    with pytest.raises(NotAnswered, match="KeyError: 'fails'"):
        reader.ask("fails")
    assert reader.ask("harbor") == "HARBOR"
    assert "Traceback" in capfd.readouterr().err


@pytest.mark.parametrize("question", ["ends", "memory"])
def test_what_costs_too_much_has_no_answer_and_the_next_question_is_answered(reader, question):
    """The system ended the process, or it had no more memory."""
    assert reader.ask(question) is None
    assert reader.ask("harbor") == "HARBOR"
