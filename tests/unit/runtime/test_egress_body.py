"""Bodies are inflated within bounds, and what is not coded as announced is not guessed at."""

import gzip
import tracemalloc
import zlib

import brotli
import pytest

from services.runtime.egress import Garbled, TooLarge
from services.runtime.egress.body import read_body

pytestmark = pytest.mark.slow

TEXT = b"Words of a press release. " * 1000


def read(chunks, coding="", wire=1_000_000, decoded=1_000_000, **options):
    return read_body(chunks, coding, wire=wire, decoded=decoded, **options)


def in_pieces(body, size=7):
    return [body[start : start + size] for start in range(0, len(body), size)]


def raw_deflate(body):
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(body) + compressor.flush()


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0), "X-GZip"),
        (zlib.compress(TEXT), "deflate"),
        (raw_deflate(TEXT), "deflate"),
        (gzip.compress(TEXT, mtime=0) + b"trailing junk", "gzip"),
        (brotli.compress(TEXT), "br"),
    ],
)
def test_a_body_in_any_usual_coding_is_itself(body, coding):
    """However the network cuts it into pieces."""
    assert read(in_pieces(body), coding) == TEXT
    assert read([body], coding) == TEXT


def test_nothing_needs_no_decoding():
    """A 304 or 204 may name a coding and bring no body."""
    assert read([], "gzip") == b""


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (TEXT, "gzip"),
        (gzip.compress(TEXT, mtime=0)[:-30], "gzip"),
        (TEXT, "deflate"),
        (TEXT, "br"),
        (brotli.compress(TEXT)[:-3], "br"),
        (TEXT, "zstd"),
        (TEXT, "gzip, gzip"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_garbled(body, coding):
    """Not compressed at all, broken off, or in a coding that nobody asked for."""
    with pytest.raises(Garbled):
        read([body], coding)


@pytest.mark.parametrize("text", [b"<rss/>", b'{"items": []}', b"\xef\xbb\xbf<rss/>", b"\n <rss/>"])
def test_text_that_is_only_called_gzip_is_read(text):
    """Whole or in pieces, within the same bounds; some servers say so of every feed."""
    assert read([text], "gzip") == text
    assert read([text[:1], text[1:3], text[3:]] if text[0] != 0xEF else [text], "gzip") == text
    with pytest.raises(TooLarge):
        read_body([b"<" * 200], "gzip", wire=1000, decoded=100)


@pytest.mark.parametrize(("compress", "coding"), [(gzip.compress, "gzip"), (brotli.compress, "br")])
def test_a_bomb_is_refused_before_it_goes_off(compress, coding):
    """A thousandth of its size on the wire, or less: it is inflated up to the limit and no further."""
    bomb = compress(bytes(50_000_000))
    tracemalloc.start()
    with pytest.raises(TooLarge):
        read([bomb], coding, decoded=100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def test_more_than_the_limit_on_the_wire_is_refused_while_it_comes():
    """An endless body ends at the limit."""
    endless = iter(lambda: b"x" * 1000, None)
    with pytest.raises(TooLarge):
        read(endless, wire=10_000)


def test_with_cut_what_fits_is_kept():
    """For robots.txt and the answers of subscribers, where the beginning is enough."""
    assert read(in_pieces(TEXT), decoded=100, cut=True) == TEXT[:100]
    assert read([gzip.compress(TEXT)], "gzip", decoded=100, cut=True) == TEXT[:100]
