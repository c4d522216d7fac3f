"""A process beside this one that answers question after question; one that costs too much ends it, and no other.

Beside, and not one for each page: to start a process costs more than to read most pages.
"""

import multiprocessing
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Generic, TypeVar

from services.parser.limits import limited

Question = TypeVar("Question")


class NotAnswered(Exception):  # noqa: N818 - named for what happened
    """Answering failed in a way that nobody planned: it is a fault of ours, and not the page's."""


_FORKS = multiprocessing.get_context("fork")


class PageReader(Generic[Question]):
    """Asks `answer` in a process of its own, which is forked at the first question and after each that ended it."""

    def __init__(self, answer: Callable[[Question], str]) -> None:
        self._answer = answer
        self._process: ForkProcess | None = None
        self._ours: Connection | None = None

    def ask(self, question: Question) -> str | None:
        """The answer; None where the process was ended over it.

        Raises:
            NotAnswered: answering failed; standard error has the whole story.

        """
        if self._ours is None:
            self._start()
        assert self._ours is not None  # noqa: S101 - just started
        try:
            self._ours.send(question)
            answer, failure = self._ours.recv()
        except (EOFError, OSError):
            self.end()
            return None
        if failure:
            raise NotAnswered(failure)
        return str(answer)

    def end(self) -> None:
        """Ends the process, if there is one."""
        if self._ours and self._process:
            self._ours.close()
            self._process.join()
        self._ours = self._process = None

    def _start(self) -> None:
        self._ours, theirs = _FORKS.Pipe()
        self._process = _FORKS.Process(target=self._serve, args=[theirs, self._ours], daemon=True)
        self._process.start()
        theirs.close()

    def _serve(self, theirs: Connection, ours: Connection) -> None:
        ours.close()  # or the end of our parent would not be seen
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with suppress(EOFError, OSError):
            while True:
                question: Question = theirs.recv()
                theirs.send(self._tried(question))

    def _tried(self, question: Question) -> tuple[str | None, str | None]:
        try:
            with limited():
                return self._answer(question), None
        except MemoryError:
            raise  # it costs too much, and ends the process
        except Exception as surprise:  # noqa: BLE001 - whatever it is, the next page can be read
            traceback.print_exc()
            return None, f"{type(surprise).__name__}: {surprise}"
