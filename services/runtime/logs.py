"""Logs: one canonical line for each handled message; pretty on a terminal, JSON otherwise.

Whatever is in it, a line stays one line, sends a terminal no commands, and repeats no secret.
"""

import logging
import sys
from contextlib import suppress
from io import StringIO
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from services.runtime import log_terminal
from services.runtime.redaction import at_every_depth, redacted, visible
from services.runtime.settings import runtime_settings


def configure(service: str) -> None:
    """Sets up this process's logs, the libraries' warnings among them, on standard error."""
    settings = runtime_settings()
    pretty = settings.log_format == "pretty" or (settings.log_format == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
    ]
    # After the search for secrets, which takes longest over a time.
    timed = structlog.processors.TimeStamper(fmt="%H:%M:%SZ" if pretty else "iso", utc=True)
    # Never the local variables of a traceback: a key or a secret may be among them.
    plain = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
    render: list[Processor] = (
        [_without_secrets, _visible, timed, _for_a_person]
        if pretty
        else [plain, _without_secrets, timed, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *render],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=structlog.PrintLoggerFactory(file=cast("TextIO", _Lossy(sys.stderr))),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.contextvars.bind_contextvars(service=service)


class _Lossy:
    """A stream that loses what cannot be written, as on a full disk: no line is worth the work it speaks of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, words: str) -> None:
        with suppress(OSError):
            self._stream.write(words)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def _without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    report: EventDict = at_every_depth(redacted, event)
    return report


def _visible(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {visible(str(name)): at_every_depth(visible, text) for name, text in event.items()}


def _for_a_person(logger: WrappedLogger, method: str, event: EventDict) -> str:
    report = log_terminal.line(event)
    if report == "":
        raise structlog.DropEvent
    return report or _console(logger, method, event)


def _set_off(out: TextIO, exc_info: ExcInfo) -> None:
    """A traceback behind a bar, so that no line of an error's text passes for a line of the log."""
    string_io = StringIO()
    structlog.dev.plain_traceback(string_io, exc_info)
    out.writelines(f"\n  | {visible(line)}" for line in redacted(string_io.getvalue()).strip().split("\n"))


_console = structlog.dev.ConsoleRenderer(exception_formatter=_set_off, sort_keys=False, pad_event_to=12)
