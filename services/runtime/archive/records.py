"""WARC records that we write besides captures, each as one gzip member."""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from warcio.recordloader import ArcWarcRecord
from warcio.warcwriter import WARCWriter

from services.runtime.packing import pack


def record_writer() -> WARCWriter:
    """What makes such records, and writes none by itself."""
    return WARCWriter(None, gzip=False, warc_version="WARC/1.1")


def packed_record(writer: WARCWriter, record: ArcWarcRecord) -> bytes:
    """The gzip member of a record that this writer has made."""
    writer.out = BytesIO()
    writer.write_record(record)
    return pack(writer.out.getvalue())


def metadata_record(url: str, about: Mapping[str, Any], headers: Mapping[str, str]) -> bytes:
    """The gzip member of a `metadata` record that says this, as JSON, about an address."""
    content = json.dumps(about).encode()
    writer = record_writer()
    record = writer.create_warc_record(
        url,
        "metadata",
        payload=BytesIO(content),
        length=len(content),
        warc_content_type="application/json",
        warc_headers_dict=dict(headers),
    )
    return packed_record(writer, record)
