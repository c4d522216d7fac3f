"""The index beside a segment in CDXJ, as replay tools read it: one line for each answer, sorted by address and time."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from services.runtime.archive.members import Record, records_of

_TIME = re.compile(r"[^0-9]")
_WWW = re.compile(r"^www\d{0,3}\.")
_PORTS = {"http": 80, "https": 443}


def cdxj_line(record: Record, filename: str) -> str | None:
    """The line of an answer, or of one that brought nothing new; None for other records."""
    if record.kind not in {"response", "revisit", "resource"} or "warc-target-uri" not in record.warc:
        return None
    url = record.warc["warc-target-uri"]
    mime = "warc/revisit" if record.kind == "revisit" else _mime(record)
    about = {
        "url": url,
        "mime": mime,
        "status": record.status,
        "digest": record.warc.get("warc-payload-digest", ""),
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": filename,
    }
    return f"{surt(url)} {_TIME.sub('', record.warc.get('warc-date', ''))[:14]} {json.dumps(about)}"


def member_lines(filename: str, data: bytes, start: int) -> list[str]:
    """The lines of the records in `data`, which begins at this place of the file."""
    records = (replace(record, offset=start + record.offset) for record in records_of(BytesIO(data)))
    return [line for record in records if (line := cdxj_line(record, filename))]


def surt(url: str) -> str:
    """An address as indexes sort it: the host from its end on, in lower case, then path and query."""
    parts = urlsplit(url)
    host = _WWW.sub("", (parts.hostname or "").lower())
    try:
        port = parts.port
    except ValueError:
        port = None
    name = ",".join(reversed(host.split("."))) + (f":{port}" if port and port != _PORTS.get(parts.scheme) else "")
    path = parts.path.lower().rstrip("/") or "/"
    query = "&".join(sorted(parts.query.lower().split("&"))) if parts.query else ""
    return f"{name}){path}{'?' + query if query else ''}".replace(" ", "%20")


def write_index(file: Path, lines: Iterable[str]) -> None:
    """Adds these lines to the index beside a segment, whole or not at all."""
    before = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    replace_index(file, sorted({*before, *lines}))


def index_lines(content: BinaryIO, filename: str) -> list[str]:
    """All lines of a segment, sorted."""
    lines = (cdxj_line(record, filename) for record in records_of(content, past_damage=True))
    return sorted(line for line in lines if line)


def replace_index(file: Path, lines: Iterable[str]) -> None:
    """Writes the index beside a segment, whole or not at all."""
    written = file.with_name(f".{file.name}")
    written.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    written.replace(file)


def _mime(record: Record) -> str:
    value = (record.http or {}).get("content-type") or record.warc.get("content-type", "")
    return value.partition(";")[0].strip().lower() or "unk"
