"""Bytes to characters, and characters to the spelling in which lines are compared."""

import codecs
import re
import unicodedata
from typing import Final, Self

from bs4.dammit import EncodingDetector

# A letter beyond ASCII in UTF-8, perhaps cut short, or a byte that begins none.
_HIGH = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{1,2}|[\xf0-\xf4][\x80-\xbf]{3}|(?P<stray>[\x80-\xff])"
)
_QUOTES = re.compile(
    rb"\xe2\x80[\x93-\x9d]"
)  # dashes and quotes in UTF-8; in Windows-1252 nobody writes these in a row
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]{2,40})", re.IGNORECASE)
_CONTROL: Final = bytes(range(9)) + bytes(range(0x0E, 0x20)) + b"\x7f"
_CONTROL_AS_NULL: Final = bytes(0 if code in _CONTROL and code else code or 1 for code in range(256))
"""Changes every control: `bytes.translate` gives back the very same bytes, and at a third of the cost, without any."""
_BYTE_ORDER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Browsers read these names as Windows-1252 (WHATWG Encoding), and so do the people who publish under them.
_WINDOWS = frozenset({"iso8859-1", "ascii", "cp1252", "iso8859-15"})

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))
# They part letters, or join signs to one: Persian words and emoji are others without them. At an edge they say nothing.
_JOINERS = "\u200c\u200d"
# Windows' own characters that arrived as C1 controls (&#146; and the like).
_C1 = {code: bytes((code,)).decode("cp1252", errors="replace") for code in range(0x80, 0xA0)}
_SEEN = _INVISIBLE | _C1
_ODD = re.compile("[\x80-\x9f\u00ad\u200b-\u200f\u2060\ufeff]")
_UNCOMPARED = re.compile("[\u0300-\u036f\u200c\u200d]")
# Scripts without spaces: those of Thailand, Laos, Burma and Cambodia, of some four letters a word, of China and Japan.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_EASTERN: Final = "\u3041"
_PLAIN = (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("—", "-"), ("‑", "-"), ("−", "-"))


class Decoded(str):
    """The characters of a page with their bytes in UTF-8, in which they are counted and searched several times faster.

    Whatever is cut out of it is a plain `str`.
    """

    __slots__ = ("_lowered", "utf8")

    utf8: bytes
    _lowered: bytes | None

    def __new__(cls, text: str, utf8: bytes | None = None) -> Self:
        """`utf8` are the same characters, if they are at hand."""
        decoded = super().__new__(cls, text)
        decoded.utf8 = text.encode("utf-8", errors="replace") if utf8 is None else utf8
        decoded._lowered = None
        return decoded

    @property
    def lowered(self) -> bytes:
        """The bytes with the capitals of ASCII in small."""
        if self._lowered is None:
            self._lowered = self.utf8.lower()
        return self._lowered


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """The characters of a page, without controls: UTF-8 if it is valid, else what was declared, else Windows-1252.

    Where both are mixed (quotes pasted into a page of UTF-8, pages dumped one behind the other) each letter is read by
    itself.

    Valid UTF-8 with more than ASCII in it is never anything else by accident, so it outranks a wrong declaration.
    """
    if body.startswith(_BYTE_ORDER_MARKS):
        return Decoded(body.decode("utf-16", errors="replace").translate(dict.fromkeys(_CONTROL)))
    body = _without_controls(body.removeprefix(codecs.BOM_UTF8))
    try:
        return Decoded(body.decode("utf-8"), body)
    except UnicodeDecodeError:
        return Decoded(_decode_declared(body, content_type))


def _without_controls(body: bytes) -> bytes:
    return body if body.translate(_CONTROL_AS_NULL) is body else body.translate(None, _CONTROL)


def decoded(markup: str) -> Decoded:
    """The characters of a page that did not come as bytes."""
    return markup if isinstance(markup, Decoded) else Decoded(markup)


def squeeze(text: str) -> str:
    """The line as a reader sees it: no invisible characters, one space between words, none at the ends.

    Joiners stay inside of words, where they carry meaning.
    """
    if not text.isascii() and _ODD.search(text):
        text = text.translate(_SEEN)
        return " ".join(bare for token in text.split() if (bare := token.strip(_JOINERS)))
    return " ".join(text.split())


def fold(text: str) -> str:
    """The spelling in which lines are compared: no case, no accents, no joiners, plain quotes and dashes."""
    return unaccented(text).casefold()


def unaccented(text: str) -> str:
    """A text as `fold` spells it, but with its case: patterns for folded texts hold escapes in capitals."""
    if not text.isascii():
        for curly, plain in _PLAIN:
            text = text.replace(curly, plain)
        if not text.isascii():
            text = _UNCOMPARED.sub("", unicodedata.normalize("NFKD", text))
    return text


def word_count(text: str) -> int:
    """The words of a squeezed text; where a script writes none apart, as many as its characters usually make."""
    tokens = text.count(" ") + 1
    if text.isascii() or not (unspaced := _UNSPACED.findall(text)):
        return tokens
    letters = sum(map(len, unspaced))
    return tokens + letters // (2 if unspaced[0] >= _EASTERN else 4)


def _decode_declared(body: bytes, content_type: str | None) -> str:
    declared = _declared(body, content_type)
    if declared == "utf-8" or (declared is None and _is_mixed(body)):
        return _HIGH.sub(_untangled, body).decode("utf-8", errors="replace")
    if declared is None or declared in _WINDOWS:
        return body.decode("cp1252", errors="replace")
    return body.decode(declared, errors="replace")


def _is_mixed(body: bytes) -> bool:
    """Whether most of its letters beyond ASCII are UTF-8: texts of two encodings were put into one."""
    return _QUOTES.search(body) is not None or sum(-1 if result["stray"] else 1 for result in _HIGH.finditer(body)) > 0


def _untangled(found: re.Match[bytes]) -> bytes:
    """A letter in UTF-8 as it is, and a byte that is none as Windows-1252."""
    return found[0].decode("cp1252", errors="replace").encode() if found["stray"] else found[0]


def _declared(body: bytes, content_type: str | None) -> str | None:
    """The encoding that the sender or the page names, if Python knows it as one of text."""
    header = _CHARSET.search(content_type or "")
    for name in (header[1] if header else None, EncodingDetector.find_declared_encoding(body[:4096], is_html=True)):
        try:
            codec = codecs.lookup(name) if name else None
        except LookupError:
            continue
        if codec and codec._is_text_encoding:  # noqa: SLF001 - the only way to tell rot13 and hex from character sets
            return codec.name
    return None
