"""Captures: what a newsroom answered, byte for byte, as WARC 1.1.

Each capture is one file of one or two gzip members (the response, and the request when it is known), named by the
SHA-256 of the file itself, so that a changed byte is noticed; `cat` of any of them is a valid WARC file.
"""

import errno
import hashlib
import io
import os
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from services.contracts.errors import HouseTrouble, PermanentError
from services.runtime import fault_points
from services.runtime.packing import pack
from services.runtime.settings import runtime_settings

Headers = tuple[tuple[str, str], ...]

MARK = "dateline-archive"
"""In the archive's folder; without a dot, so that no copy leaves it behind. An empty one takes the database's mark."""
proved: set[Path] = set()
"""Archives in which this process has found their mark: where it is gone, something else is in their place."""

# The body is kept decoded, so the headers that describe its coding on the wire are kept under another name.
_OF_THE_WIRE = {"content-encoding", "transfer-encoding", "content-length"}
_RECORD_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "dateline:capture")


class NoArchive(HouseTrouble):
    """Where captures are looked for, there are none: this process was not given the archive."""


class CaptureMissing(PermanentError):  # noqa: N818 - named for what happened
    """The archive does not hold a capture that the database names."""


class CaptureDamaged(PermanentError):  # noqa: N818 - named for what happened
    """The bytes of a capture are not the ones its name promises."""


@dataclass(frozen=True)
class Capture:
    """One response as received, its body after content decoding; `request_headers` when we sent a request."""

    url: str
    fetched_at: datetime
    status: int
    headers: Headers
    body: bytes
    request_headers: Headers = ()

    @property
    def content_type(self) -> str | None:
        """The Content-Type header as sent."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), None)


def keep(capture: Capture) -> str:
    """Writes the capture durably and returns its name; keeping it again changes nothing."""
    member = _as_warc(capture)
    name = hashlib.sha256(member).hexdigest()
    path = _path(name)
    if not path.exists():
        _make_folder(path.parent)
        written = _write(member, path.parent)
        fault_points.fault_point("capture:written")
        written.chmod(0o644)
        written.rename(path)
        _sync_folder(path.parent)
        fault_points.fault_point("capture:kept")
    return name


def load(name: str) -> Capture:
    """Reads a capture back, with the bytes that were kept; else `CaptureMissing`, `CaptureDamaged` or `NoArchive`."""
    return _from_warc(_read(name), name)


def holds(name: str) -> bool:
    """Whether the capture is there, byte for byte."""
    try:
        _read(name)
    except (CaptureMissing, CaptureDamaged, NoArchive):
        return False
    return True


def look() -> None:
    """Raises `NoArchive` where no capture was ever kept, and `OSError` where none can be read."""
    folder = runtime_settings().captures
    # Each capture lies in a folder that has the first two digits of its name.
    if not folder.is_dir() or not any(len(entry.name) == 2 for entry in folder.iterdir()):
        raise NoArchive(
            f"There is no archive here: {folder} holds no captures. Give this process the folder that the fetchers "
            "write to, to read at least, or name it with DATELINE_ARCHIVE."
        )


def fault(name: str) -> Literal["missing", "damaged"] | None:
    """What is wrong with a capture, by its file alone; None when its bytes are those that its name promises."""
    try:
        _read(name)
    except CaptureDamaged:
        return "damaged"
    except (CaptureMissing, NoArchive, OSError):
        return "missing"
    return None


def payload_digest(body: bytes) -> str:
    """The digest that tells whether a page sent the same bytes again."""
    return hashlib.sha256(body).hexdigest()


def _path(name: str) -> Path:
    return runtime_settings().captures / name[:2] / f"{name}.warc.gz"


def _make_folder(folder: Path) -> None:
    """Makes the folder of a capture; FileNotFoundError where an archive that was there is not mounted any more."""
    if folder.is_dir():
        return
    archive = folder.parent
    if archive in proved and not (archive / MARK).exists():
        raise FileNotFoundError(errno.ENOENT, f"{archive} is not the archive that it was: its file {MARK} is gone")
    folder.mkdir(parents=True, exist_ok=True)


def _write(member: bytes, folder: Path) -> Path:
    """A new file that survives a power cut; a disk that is full keeps nothing of it."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
        written = Path(file.name)
        try:
            file.write(member)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            written.unlink()
            raise
    return written


def _read(name: str) -> bytes:
    try:
        member = _path(name).read_bytes()
    except FileNotFoundError:
        look()
        raise CaptureMissing(f"Capture {name} is not in the archive {runtime_settings().captures}.") from None
    if hashlib.sha256(member).hexdigest() != name:
        raise CaptureDamaged(f"Capture {name} was changed on disk: its digest is another one now.")
    return member


def _as_warc(capture: Capture) -> bytes:
    writer = WARCWriter(None, gzip=False, warc_version="WARC/1.1")
    stamp = capture.fetched_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    identity = f"{capture.url} {stamp} {payload_digest(capture.body)}"
    response_id = _record_id(f"response {identity}")
    common = {"WARC-Date": stamp}
    status_line = StatusAndHeaders(f"{capture.status} -", [_renamed(*header) for header in capture.headers], "HTTP/1.1")
    response = writer.create_warc_record(
        capture.url,
        "response",
        payload=io.BytesIO(capture.body),
        length=len(capture.body),
        http_headers=status_line,
        warc_headers_dict={**common, "WARC-Record-ID": response_id},
    )
    members = _member(writer, response)
    if capture.request_headers:
        status_and_headers = StatusAndHeaders("GET / HTTP/1.1", list(capture.request_headers), is_http_request=True)
        warc_headers = {
            **common,
            "WARC-Record-ID": _record_id(f"request {identity}"),
            "WARC-Concurrent-To": response_id,
        }
        members += _member(
            writer,
            writer.create_warc_record(
                capture.url, "request", http_headers=status_and_headers, warc_headers_dict=warc_headers
            ),
        )
    return members


def _member(writer: WARCWriter, record: ArcWarcRecord) -> bytes:
    writer.out = io.BytesIO()
    writer.write_record(record)
    return pack(writer.out.getvalue())


def _from_warc(member: bytes, name: str) -> Capture:
    response: ArcWarcRecord | None = None
    body, request_headers = b"", ()
    try:
        for record in ArchiveIterator(io.BytesIO(member)):
            if record.rec_type == "response":
                response, body = record, record.content_stream().read()
            elif record.rec_type == "request":
                request_headers = tuple(record.http_headers.headers)
    except ArchiveLoadFailed as error:
        raise CaptureDamaged(f"Capture {name} is no readable WARC: {error}") from error
    if response is None:
        raise CaptureDamaged(f"Capture {name} holds no response.")
    warc: Mapping[str, str] = dict(response.rec_headers.headers)
    return Capture(
        url=warc["WARC-Target-URI"],
        fetched_at=datetime.fromisoformat(warc["WARC-Date"]),
        status=int(response.http_headers.get_statuscode()),
        headers=tuple(response.http_headers.headers),
        body=body,
        request_headers=request_headers,
    )


def _record_id(identity: str) -> str:
    # The same capture has the same bytes, hence the same name: nothing in it may be random.
    return f"<urn:uuid:{uuid.uuid5(_RECORD_IDS, identity)}>"


def _renamed(name: str, value: str) -> tuple[str, str]:
    return (f"X-Archive-Orig-{name}" if name.lower() in _OF_THE_WIRE else name), value


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
