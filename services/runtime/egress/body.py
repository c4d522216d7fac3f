"""Reads a body within bounds. A few bytes on the wire can stand for a gigabyte, so it is never inflated at one go."""

import zlib
from collections.abc import Iterable

import brotli

from services.runtime.egress.errors import Garbled, TooLarge

_GZIP, _ZLIB, _RAW_DEFLATE = 31, 15, -15
_MAGIC = b"\x1f\x8b\x08"
_TEXT = (b"<", b"{", b"\xef\xbb\xbf", b"\n", b"\r", b" ", b"\t")
"""How a page, a feed or JSON begins; a gzip file never does."""
_NOT_CODED = "The response says that its body is compressed, but it is not."


def read_body(chunks: Iterable[bytes], coding: str, *, wire: int, decoded: int, cut: bool = False) -> bytes:
    """The decoded body, from at most `wire` bytes received to at most `decoded` bytes.

    More than that is `TooLarge`; with `cut`, reading stops there and what fits is returned. A body that is not coded
    as announced, ends in the middle, or is coded in another way than gzip, deflate or Brotli is `Garbled`.
    """
    decoder = _decoder(coding)
    body, received = bytearray(), 0
    for chunk in chunks:
        received += len(chunk)
        body += decoder.decode(chunk, decoded + 1 - len(body))
        if received > wire or len(body) > decoded:
            if cut:
                return bytes(body[:decoded])
            raise TooLarge(f"The response is larger than {min(wire, decoded) // 1000} kB; it was not kept.")
    if received and not decoder.ended:
        raise Garbled("The response broke off in the middle of its compressed body.")
    return bytes(body)


class _Plain:
    ended = True

    def decode(self, chunk: bytes, room: int) -> bytes:
        return chunk[:room]


class _Inflating:
    """gzip, text that is only called so, or deflate in either of the two forms that servers send under that name."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._inflate = zlib.decompressobj(window)
        self._begun = False
        self._is_text = False

    @property
    def ended(self) -> bool:
        return self._is_text or self._inflate.eof

    def decode(self, chunk: bytes, room: int) -> bytes:
        # Some servers say gzip of every feed, packed or not.
        self._is_text = self._is_text or (self._window == _GZIP and not self._begun and chunk.startswith(_TEXT))
        if self._is_text:
            return chunk[:room]
        plain = self._decode(chunk, room)
        # A gzip file may have several members (RFC 1952, 2.2); what follows the last one is nothing to us.
        while self._another_member and len(plain) < room:
            rest, self._inflate = self._inflate.unused_data, zlib.decompressobj(self._window)
            plain += self._decode(rest, room - len(plain))
        return plain

    @property
    def _another_member(self) -> bool:
        return self.ended and self._window == _GZIP and self._inflate.unused_data.startswith(_MAGIC)

    def _decode(self, chunk: bytes, room: int) -> bytes:
        try:
            plain = self._inflate.decompress(chunk, room)
        except zlib.error:
            if self._begun or self._window != _ZLIB:
                raise Garbled(_NOT_CODED) from None
            self._window, self._inflate = _RAW_DEFLATE, zlib.decompressobj(_RAW_DEFLATE)
            return self._decode(chunk, room)
        self._begun = True
        return plain


class _Brotli:
    """Not asked for, but sent all the same, and kept by crawlers."""

    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()

    @property
    def ended(self) -> bool:
        return bool(self._decompressor.is_finished())

    def decode(self, chunk: bytes, room: int) -> bytes:
        plain = b"" if self.ended else self._decode(chunk, room)
        while len(plain) < room and not self._decompressor.can_accept_more_data():
            plain += self._decode(b"", room - len(plain))
        return plain

    def _decode(self, chunk: bytes, room: int) -> bytes:
        try:
            return bytes(self._decompressor.process(chunk, output_buffer_limit=room))
        except brotli.error:
            raise Garbled(_NOT_CODED) from None


def _decoder(coding: str) -> _Plain | _Inflating | _Brotli:
    match coding.strip().lower():
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip":
            return _Inflating(_GZIP)
        case "deflate":
            return _Inflating(_ZLIB)
        case "br":
            return _Brotli()
        case other:
            raise Garbled(f"The response is coded as {other[:40]!r}, which Dateline did not ask for.")
