"""WARC files as wget, browser crawlers and Common Crawl write them, each built here in its habits."""

import gzip
import tracemalloc
import zlib
from io import BytesIO

import brotli
import pytest

from services.contracts.errors import UserError
from services.fetcher import warc

URL = "https://harbor.example/news/1"
PAGE = b"<!doctype html><html><head><title>Harbor</title></head><body><p>The harbor reopened.</p></body></html>"
WHEN = "2026-03-02T14:00:00Z"


def record(kind, block=b"", url=URL, content_type="application/http; msgtype=response", **more):
    """One record; names of headers are as the crawler spells them."""
    fields = {"WARC-Type": kind, "WARC-Record-ID": f"<urn:uuid:{zlib.crc32(block + kind.encode()):036d}>"}
    fields |= {"WARC-Date": WHEN} | ({"WARC-Target-URI": url} if url else {})
    fields |= {"Content-Type": content_type} | {name.replace("_", "-"): value for name, value in more.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"WARC/1.0\r\n{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def response(body=PAGE, status="HTTP/1.1 200 OK", **headers):
    headers = {"Content-Type": "text/html; charset=utf-8"} | {k.replace("_", "-"): v for k, v in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{status}\r\n{head}\r\n".encode() + body


def chunked(body):
    pieces = [body[start : start + 40] for start in range(0, len(body), 40)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def read(*records, packed=True):
    content = b"".join(map(gzip.compress, records)) if packed else b"".join(records)
    return list(warc.pages("crawl.warc.gz", BytesIO(content)))


INFO = record("warcinfo", b"software: Wget/1.21\r\n", url=None, content_type="application/warc-fields")
ASKED = record("request", b"GET /news/1 HTTP/1.1\r\nHost: harbor.example\r\n\r\n", WARC_Concurrent_To="<urn:uuid:1>")


@pytest.mark.parametrize("packed", [True, False])
def test_wget_writes_its_own_logs_and_arguments_beside_the_pages(packed):
    """As records of the kinds `metadata` and `resource`, under addresses that are none."""
    manifest = record("metadata", b"<urn:uuid:1>\n", url="metadata://gnu.org/software/wget/warc/MANIFEST.txt")
    log = record("resource", b"--2026-03-02-- 200 OK\n", "metadata://gnu.org/wget/wget.log", "text/plain")
    options = record("resource", b'"--warc-file=x"\n', "metadata://gnu.org/wget/arguments.txt", "text/plain")
    [capture] = read(INFO, ASKED, record("response", response()), manifest, log, options, packed=packed)
    assert (capture.url, capture.body, capture.fetched_at.isoformat()) == (URL, PAGE, "2026-03-02T14:00:00+00:00")


def test_an_address_in_angle_brackets_is_that_address():
    """As wget wrote them for years."""
    [capture] = read(record("response", response(), url=f"<{URL}>"))
    assert capture.url == URL


def test_a_browser_keeps_texts_and_pictures_of_pages_beside_them():
    """Under addresses of their own, which begin with `urn:`; they say the page's words once more."""
    text = record("resource", b"The harbor reopened.", f"urn:text:{URL}", "text/plain")
    view = record("resource", b"\x89PNG", f"urn:view:{URL}", "image/png")
    about = record("resource", b'{"pageid": "1"}', f"urn:pageinfo:{URL}", "application/json")
    assert [capture.url for capture in read(INFO, text, view, about, record("response", response()))] == [URL]


@pytest.mark.parametrize(
    "status", ["HTTP/2 200", "HTTP/2 200 ", "HTTP/2.0 200 OK", "HTTP/3 200 OK", "HTTP/1.0 200", "http/1.1 200 ok"]
)
def test_every_version_of_http_is_one(status):
    """Browsers speak HTTP/2, which has no reason phrase."""
    [capture] = read(record("response", response(status=status)))
    assert (capture.status, capture.body) == (200, PAGE)


@pytest.mark.parametrize(
    ("block", "headers"),
    [
        (gzip.compress(PAGE), {"Content_Encoding": "gzip"}),
        (gzip.compress(PAGE), {"content_encoding": "GZIP"}),
        (chunked(PAGE), {"Transfer_Encoding": "chunked"}),
        (chunked(gzip.compress(PAGE)), {"transfer_encoding": "Chunked", "CONTENT_ENCODING": "gzip"}),
        (brotli.compress(PAGE), {"content_encoding": "br"}),
        (PAGE, {"X_Crawler_Content_Encoding": "gzip", "X_Crawler_Transfer_Encoding": "chunked"}),
        (PAGE, {"Content_Encoding": "gzip", "Transfer_Encoding": "chunked"}),
    ],
    ids=["gzip", "shouted", "chunked", "both", "brotli", "Common Crawl", "unpacked beside its headers"],
)
def test_a_page_is_what_it_was_before_the_wire(block, headers):
    """Codings of the wire in any case; Common Crawl renames them, and browsers keep them beside unpacked pages."""
    [capture] = read(record("response", response(block, **headers)))
    assert capture.body == PAGE


def test_headers_may_be_in_lower_case():
    """Of the record itself as well."""
    lower = record("response", response(content_type="text/html"))
    head, _, rest = lower.partition(b"\r\n\r\n")
    first, _, fields = head.partition(b"\r\n")
    [capture] = read(
        first + b"\r\n" + fields.lower().replace(b"2026-03-02t14:00:00z", WHEN.encode()) + b"\r\n\r\n" + rest
    )
    assert (capture.url, capture.body) == (URL, PAGE)


def test_what_was_seen_again_is_no_page_of_its_own():
    """A revisit of another crawler names what it saw before; the page itself is in the file once."""
    again = record("revisit", response(b""), WARC_Profile="http://netpreserve.org/warc/1.1/revisit/server-not-modified")
    same = record("revisit", WARC_Profile="http://netpreserve.org/warc/1.0/revisit/identical-payload-digest")
    assert [capture.body for capture in read(record("response", response()), again, same)] == [PAGE]


def test_a_page_that_the_crawler_cut_off_is_passed_over():
    """`WARC-Truncated`: its end is missing, so it would read as a large removal. The rest is taken."""
    cut = record("response", response(PAGE[:60]), url=f"{URL}0", WARC_Truncated="length")
    assert [capture.url for capture in read(cut, record("response", response()))] == [URL]
    with pytest.raises(UserError, match="cut off"):
        read(cut)


def test_an_archive_is_not_held_in_memory():
    """A file of pages that are read one by one takes the memory of a few of them."""
    page = gzip.compress(record("response", response(PAGE + bytes(range(256)) * 4_000)), 1)
    head = gzip.compress(INFO)

    class Endless:
        """So many times the same page, and only ever one of them."""

        def __init__(self, number):
            self.size, self.place = len(head) + number * len(page), 0

        def seek(self, place, whence=0):
            self.place = {0: place, 1: self.place + place, 2: self.size + place}[whence]
            return self.place

        def tell(self):
            return self.place

        def read(self, size=-1):
            room = self.size - self.place
            size = room if size is None or size < 0 else min(size, room)
            parts, place = bytearray(), self.place
            while len(parts) < size:
                if place < len(head):
                    parts += head[place : place + size - len(parts)]
                else:
                    at = (place - len(head)) % len(page)
                    parts += page[at : at + size - len(parts)]
                place = self.place + len(parts)
            self.place = place
            return bytes(parts)

    file = Endless(60)
    tracemalloc.start()
    number = sum(1 for _ in warc.pages("large.warc.gz", file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert number == 60
    assert peak < 20_000_000, f"{peak:,} bytes for 60 pages of a megabyte"
