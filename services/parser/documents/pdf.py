"""A PDF as its printed lines, read within bounds. It takes what it takes: read it in a process of its own.

`pypdf` is pure Python, so that a file that was built to hurt meets no memory of ours. It refuses what unpacks to more
than its limits. Time and memory are for the caller's process to bound (`services/parser/alone.py`).
"""

import io
import logging
import math
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from pypdf import PdfReader
from pypdf._configuration import apply_configuration  # the one door to its limits
from pypdf.errors import PyPdfError

from services.contracts.article import RejectionReason
from services.parser.characters import squeeze
from services.parser.printed import Document, Printed

MAX_BYTES = 20_000_000
"""Bytes of a document; the fetcher takes no larger one."""
MAX_PAGES = 100
"""Pages of a document that are read. A release has one to five; the rest of a report stays in its capture."""
MAX_LETTERS = 2_000_000
"""Characters of a document that are read: four times as many as an article may have."""
_UNPACKED = 30_000_000
_LIMITS: dict[str, Any] = {
    "zlib_maximum_output_length": _UNPACKED,
    "lzw_maximum_output_length": _UNPACKED,
    "run_length_maximum_output_length": _UNPACKED,
    "brotli_maximum_output_length": _UNPACKED,
    "array_based_stream_maximum_output_length": _UNPACKED,
    "stream_decoding_work_maximum_length": 3 * _UNPACKED,
    "xform_maximum_invocations_per_extraction": 500,
    "jbig2dec_binary": None,
}
"""Bytes that one stream may unpack to; no program of the machine is called."""
_CREATED = re.compile(r"D:(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?(?:Z|([+-])(\d\d)'?(\d\d)'?)?)?")
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_LOCKED = "The document is encrypted, and opens only with a password."

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it mends on the way is for nobody


Unread = tuple[RejectionReason, str]


def read_pdf(body: bytes) -> Document | Unread:
    """The document, or why it cannot be read; MemoryError where the machine's limits end it."""
    if len(body) > MAX_BYTES:
        return "too_hostile", f"The document is larger than {MAX_BYTES // 1_000_000} MB."
    with apply_configuration(**_LIMITS):
        try:
            return _read(PdfReader(io.BytesIO(body)))
        except RecursionError:
            return "too_hostile", "The document is nested deeper than any document needs."
        except MemoryError:
            raise
        except NotImplementedError:  # a lock that the library does not know
            return "encrypted", _LOCKED
        except Exception as fault:  # noqa: BLE001 - over broken files the library raises whatever comes
            return "damaged", f"The document is broken and cannot be read: {_sentence(fault)}"


def _read(reader: PdfReader) -> Document | Unread:
    if reader.is_encrypted and not _opens(reader):
        return "encrypted", _LOCKED
    lines: list[Printed] = []
    letters = number = 0
    for number, page in enumerate(islice(reader.pages, MAX_PAGES), 1):
        if letters > MAX_LETTERS:
            break
        shown = list(_lines(page, number))
        letters += sum(len(line.text) for line in shown)
        lines += shown
    if number == 0:
        return "damaged", "The document has no pages."
    is_cut = letters > MAX_LETTERS or len(reader.pages) > MAX_PAGES
    about = _about(reader)
    created = _created(str(about.get("/CreationDate") or ""))
    title = squeeze(str(about.get("/Title") or ""))[:500]
    return Document(lines, number, title, created, _language(reader), is_cut)


def _opens(reader: PdfReader) -> bool:
    """Whether it opens without a password, as documents do that only forbid to print or to copy."""
    try:
        return bool(reader.decrypt(""))
    except (PyPdfError, NotImplementedError, ImportError):
        return False


def _about(reader: PdfReader) -> Any:
    try:
        return reader.metadata or {}
    except Exception:  # noqa: BLE001 - a broken note about a document makes no document broken
        return {}


def _language(reader: PdfReader) -> str:
    try:
        return str(reader.root_object.get("/Lang") or "")[:20]
    except Exception:  # noqa: BLE001 - as above
        return ""


def _lines(page: Any, number: int) -> Iterator[Printed]:
    """The lines of a page in the order of its content; a page that cannot be read shows none."""
    runs: list[Printed] = []

    def visit(text: str, matrix: Sequence[float], at: Sequence[float], font: Any, size: float) -> None:
        if text.strip():
            name = str(font.get("/BaseFont", "")) if font else ""
            runs.append(_run(text, number, matrix, at, size, bold=bool(_BOLD.search(name))))

    try:
        page.extract_text(orientations=0, visitor_text=visit)
        low, high = float(page.mediabox.bottom), float(page.mediabox.top)
    except (MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001 - what could be read of it is shown
        low, high = 0.0, 792.0
    yield from (_placed(line, low, high) for line in _joined(runs))


def _run(text: str, page: int, matrix: Sequence[float], at: Sequence[float], size: float, *, bold: bool) -> Printed:
    x = at[4] * matrix[0] + at[5] * matrix[2] + matrix[4]
    y = at[4] * matrix[1] + at[5] * matrix[3] + matrix[5]
    scale = math.hypot(at[2], at[3]) * math.hypot(matrix[2], matrix[3])
    return Printed(text, page, _finite(x), _finite(y), _finite(abs(size * scale)), bold)


def _finite(number: float) -> float:
    return round(number, 2) if math.isfinite(number) and abs(number) < 1e6 else 0.0


def _joined(runs: Sequence[Printed]) -> Iterator[Printed]:
    """Runs of one base line are one line; the size of most of its letters is the line's."""
    parts: list[Printed] = []
    for run in runs:
        if parts and abs(run.y - parts[-1].y) > max(run.size, parts[-1].size, 1.0) * 0.4:
            yield from _line(parts)
            parts = []
        parts.append(run)
    yield from _line(parts)


def _line(parts: Sequence[Printed]) -> Iterator[Printed]:
    text = squeeze("".join(part.text for part in parts))
    if text:
        most = max(parts, key=lambda part: len(part.text.strip()))
        yield Printed(text, most.page, min(part.x for part in parts), most.y, most.size, most.bold)


def _placed(line: Printed, low: float, high: float) -> Printed:
    height = high - low
    at = (line.y - low) / height if height > 0 else 0.5
    edge = 1 if at > 0.9 else -1 if at < 0.1 else 0
    return Printed(line.text, line.page, line.x, line.y, line.size, line.bold, edge)


def _created(written: str) -> date | None:
    """The day or the instant of `D:20261103120000-05'00'`; None for what is none."""
    if not (parts := _CREATED.match(written)):
        return None
    year, month, day, hour, minute, second, sign, hours, minutes = parts.groups()
    try:
        if hour is None or (sign is None and "Z" not in written):
            return date(int(year), int(month), int(day))
        zone = f"{sign}{hours}:{minutes}" if sign else "+00:00"
        return datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{zone}")
    except ValueError:
        return None


def _sentence(fault: Exception) -> str:
    text = squeeze(str(fault))[:150].rstrip(".")
    return f"{text or type(fault).__name__}."
