"""The present instant; in a drill, on a clock that is set ahead, so that nobody waits for days that are rehearsed.

How far ahead stands in a file, which all processes of the drill follow.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

_drill: Path | None = None


def follow_file(file: Path | None) -> None:
    """From now on this process, and what is forked from it, follows the clock of this file; None: the machine's."""
    global _drill  # noqa: PLW0603 - one clock in one process
    _drill = file


def present() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC) + read_ahead(_drill) if _drill else datetime.now(UTC)


def read_ahead(file: Path) -> timedelta:
    """How far the clock of this file is ahead; not at all, where there is no such file.

    Raises `ValueError` when it holds something else than a number of seconds.
    """
    try:
        return timedelta(seconds=float(file.read_text(encoding="ascii")))
    except FileNotFoundError:
        return timedelta()


def set_ahead(file: Path, ahead: timedelta) -> None:
    """Sets the clock of this file in one step, because no process may read half a number."""
    new = file.with_name(f"{file.name}.new")
    new.write_text(repr(ahead.total_seconds()), encoding="ascii")
    new.replace(file)
