"""Captures handed over: a WARC file of the very bytes that we hold, or a WACZ package around it.

Behind each capture stands a `metadata` record that says which page it is of, so that our own import gives the same
articles. Other tools pass it over.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import file_digest, sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from services import __version__
from services.runtime.archive import capture_store
from services.runtime.archive.appending import about_segment
from services.runtime.archive.capture import warc_date
from services.runtime.archive.cdxj import member_lines
from services.runtime.archive.members import Record, records_of
from services.runtime.archive.records import metadata_record

WACZ_VERSION = "1.1.1"
DATA = "data.warc.gz"


@dataclass(frozen=True)
class Exported:
    """A capture to be handed over, and the page that it is of; `at` orders the captures of a page."""

    capture: str
    at: datetime
    key: str
    url: str | None
    source: str
    article: str
    title: str
    attachment: str | None = None
    """The address under which the article names the file that this is a capture of; None for the page itself."""
    kind: str | None = None


@dataclass(frozen=True)
class ExportResult:
    """How many captures went out, and how many of those that were named are missing or damaged."""

    captures: int
    faults: tuple[str, ...]


def write_warc(target: IO[bytes], captures: Iterable[Exported], filename: str = DATA) -> tuple[ExportResult, list[str]]:
    """Writes the captures as a WARC file; what came of it, and its index in CDXJ, sorted."""
    lines, faults, number = list[str](), list[str](), 0
    target.write(about_segment(filename.partition(".")[0]))
    for entry in captures:
        try:
            data = capture_store.raw(entry.capture)
        except (capture_store.CaptureMissing, capture_store.CaptureDamaged):
            faults.append(entry.capture)
            continue
        lines += member_lines(filename, data, target.tell())
        target.write(data)
        target.write(_page_record(entry, next(records_of(BytesIO(data)))))
        number += 1
    return ExportResult(number, tuple(faults)), sorted(lines)


def write_wacz(target: Path, captures: Iterable[Exported], title: str, now: datetime) -> ExportResult:
    """Writes a WACZ package (1.1.1): the WARC file, its index, the list of pages, and the digest of each."""
    pages: list[Exported] = []
    with TemporaryDirectory(prefix="dateline-export-", dir=target.absolute().parent) as folder:
        data = Path(folder) / DATA
        with data.open("wb") as file:
            result, lines = write_warc(file, _noted(captures, pages))
        (Path(folder) / "index.cdxj").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        (Path(folder) / "pages.jsonl").write_text("".join(_page_lines(pages)), encoding="utf-8")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
            resources = [
                _add(package, data, f"archive/{DATA}"),
                _add(package, Path(folder) / "index.cdxj", "indexes/index.cdxj"),
                _add(package, Path(folder) / "pages.jsonl", "pages/pages.jsonl"),
            ]
            about = {
                "profile": "data-package",
                "wacz_version": WACZ_VERSION,
                "title": title,
                "software": f"Dateline/{__version__}",
                "created": warc_date(now),
                "resources": resources,
            }
            text = json.dumps(about, indent=2)
            package.writestr("datapackage.json", text)
            digest = {"path": "datapackage.json", "hash": f"sha256:{sha256(text.encode()).hexdigest()}"}
            package.writestr("datapackage-digest.json", json.dumps(digest, indent=2))
    return result


def page_of(record: Record, data: bytes) -> dict[str, Any] | None:
    """What a `metadata` record of ours says of the page, `data` being the record; None when it is another's."""
    if record.kind != "metadata" or record.warc.get("warc-profile") != PROFILE:
        return None
    import gzip  # noqa: PLC0415 - only an import needs it

    try:
        about: Any = json.loads(gzip.decompress(data).partition(b"\r\n\r\n")[2].strip())
    except ValueError:
        return None
    return about if isinstance(about, dict) else None


PROFILE = "urn:dateline:page"
"""By which our own `metadata` records are known."""


def _noted(captures: Iterable[Exported], pages: list[Exported]) -> Iterator[Exported]:
    for entry in captures:
        pages.append(entry)
        yield entry


def _page_record(entry: Exported, response: Record) -> bytes:
    about = {name: value for name, value in asdict(entry).items() if name not in {"capture", "title"}}
    if entry.attachment is None:
        del about["attachment"], about["kind"]
    headers = {
        "WARC-Date": response.warc.get("warc-date", warc_date(entry.at)),
        "WARC-Concurrent-To": response.warc.get("warc-record-id", ""),
        "WARC-Profile": PROFILE,
    }
    return metadata_record(response.warc.get("warc-target-uri", ""), about | {"at": warc_date(entry.at)}, headers)


def _page_lines(pages: Iterable[Exported]) -> Iterator[str]:
    yield json.dumps({"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}) + "\n"
    for entry in pages:
        if entry.url and entry.attachment is None:
            page = {"id": entry.capture[:32], "url": entry.url, "ts": warc_date(entry.at), "title": entry.title}
            yield json.dumps(page) + "\n"


def _add(package: zipfile.ZipFile, file: Path, path: str) -> dict[str, Any]:
    with file.open("rb") as content:
        digest = file_digest(content, "sha256").hexdigest()
    package.write(file, path)
    return {"name": path.rpartition("/")[2], "path": path, "hash": f"sha256:{digest}", "bytes": file.stat().st_size}
