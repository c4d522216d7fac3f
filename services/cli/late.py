"""Imports that wait until a command runs: what Python 3.15 writes as `lazy from … import …`.

The help of a command needs its options and no more; what the command works with takes up to two seconds to import.
"""

import builtins
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

_import_at_once = builtins.__import__
_for_one_command = False
_outlining = False


def for_one_command() -> None:
    """Says that this process is a program with one command to run or to explain; all others import at once."""
    global _for_one_command  # noqa: PLW0603 - as imports are: one for the process
    _for_one_command = True


@contextmanager
def when_run() -> Iterator[None]:
    """Names imported in this block are imported when a command runs, if only the command's outline is asked for."""
    if _outlining:
        builtins.__import__ = _import_later  # type: ignore[assignment]
    try:
        yield
    finally:
        builtins.__import__ = _import_at_once


def outline(module: str) -> Any:
    """The module; in a process for one command, with the names in its `when_run` blocks left for later."""
    _outline_only(wanted=_for_one_command)
    try:
        return import_module(module)
    finally:
        _outline_only(wanted=False)


def in_full(work: Callable[..., Any], *words: Any, **named: Any) -> Any:
    """Does the work of a command after importing all that was left for later."""
    for module in [module for name, module in sys.modules.items() if name.startswith("services.cli.")]:
        for name, value in list(vars(module).items()):
            if isinstance(value, _Later):
                setattr(module, name, value.load())
    return work(*words, **named)


class _Later:
    """A name that is not imported yet. In the meantime, it may stand in an annotation."""

    def __init__(self, module: str, name: str = "") -> None:
        self._module, self._name = module, name

    def load(self) -> Any:
        module = import_module(self._module)
        if not self._name or hasattr(module, self._name):
            return getattr(module, self._name) if self._name else module
        return import_module(f"{self._module}.{self._name}")

    def __getattr__(self, name: str) -> "_Later":
        if name.startswith("_"):
            raise AttributeError(name)
        return _Later(f"{self._module}.{self._name}".rstrip("."), name)

    def __getitem__(self, _: object) -> "_Later":
        return self

    def __or__(self, _: object) -> "_Later":
        return self

    __ror__ = __or__
    __iter__ = None


def _import_later(name: str, *_: object) -> Any:
    return _Later(name)


def _outline_only(*, wanted: bool) -> None:
    global _outlining  # noqa: PLW0603 - as above
    _outlining = wanted
