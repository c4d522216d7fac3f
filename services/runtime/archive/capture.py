"""One capture as WARC 1.1 records, and back: to the byte, so that the SHA-256 of the records can be its name."""

import hashlib
import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from services.contracts.errors import PermanentError
from services.runtime.packing import pack

Headers = tuple[tuple[str, str], ...]

# The body is kept decoded, so the headers that describe its coding on the wire are kept under another name.
_OF_THE_WIRE = {"content-encoding", "transfer-encoding", "content-length"}
_RECORD_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "dateline:capture")


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


def payload_digest(body: bytes) -> str:
    """The digest that tells whether a page sent the same bytes again."""
    return hashlib.sha256(body).hexdigest()


def as_warc(capture: Capture) -> bytes:
    """One or two gzip members: the response, and the request when it is known. The same capture gives the same."""
    writer = WARCWriter(None, gzip=False, warc_version="WARC/1.1")
    stamp = warc_date(capture.fetched_at)
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


def from_warc(member: bytes, name: str) -> Capture:
    """The capture in these records; `CaptureDamaged` when they cannot be read."""
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


def warc_date(instant: datetime) -> str:
    """An instant as WARC writes it, to the microsecond."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
