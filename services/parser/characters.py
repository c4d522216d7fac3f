"""Bytes to characters, and characters to the spelling in which lines are compared."""

import codecs
import re
import unicodedata

_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,40})|<\?xml[^>]{0,100}?encoding=[\"']([\w-]+)", re.IGNORECASE
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]{2,40})", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Browsers read these names as Windows-1252 (WHATWG Encoding), and so do the people who publish under them.
_WINDOWS = frozenset({"iso8859-1", "ascii", "cp1252", "iso8859-15"})

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
# Windows' own characters that arrived as C1 controls (&#146; and the like).
_C1 = {code: bytes((code,)).decode("cp1252", errors="replace") for code in range(0x80, 0xA0)}
_SEEN = _INVISIBLE | _C1
_PLAIN = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‑": "-", "−": "-"}
)


def decode(body: bytes, content_type: str | None = None) -> str:
    """The characters of a page: byte order mark, else UTF-8 if it is valid, else what was declared, else Windows-1252.

    Valid UTF-8 with more than ASCII in it is never anything else by accident, so it outranks a wrong declaration.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _CONTROL.sub("", body[len(mark) * (encoding == "utf-8") :].decode(encoding, errors="replace"))
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        text = _decode_declared(body, content_type, error)
    return _CONTROL.sub("", text)


def squeeze(text: str) -> str:
    """The line as a reader sees it: no invisible characters, one space between words, none at the ends."""
    if not text.isascii():
        text = text.translate(_SEEN)
    return " ".join(text.split())


def fold(text: str) -> str:
    """The spelling in which lines are compared: no case, no accents, plain quotes and dashes."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_PLAIN))
        text = "".join(c for c in text if not unicodedata.combining(c)).translate(_PLAIN)
    return text.casefold()


def _decode_declared(body: bytes, content_type: str | None, error: UnicodeDecodeError) -> str:
    declared = _declared(body, content_type)
    if declared == "utf-8" and _mostly_utf8(body, error):
        return body.decode("utf-8", errors="replace")
    if declared in {None, "utf-8"} or declared in _WINDOWS:
        return body.decode("cp1252", errors="replace")
    return body.decode(declared, errors="replace")


def _mostly_utf8(body: bytes, error: UnicodeDecodeError) -> bool:
    """One broken sequence in a page that says UTF-8 is an accident, not another encoding."""
    sample = body[:200_000].decode("utf-8", errors="ignore")
    return any(not c.isascii() for c in sample) or error.start > len(body) - 4


def _declared(body: bytes, content_type: str | None) -> str | None:
    header = _CHARSET.search(content_type or "")
    meta = _DECLARED.search(body[:4096])
    names = (header[1] if header else None, (meta[1] or meta[2]).decode("ascii") if meta else None)
    for name in filter(None, names):
        try:
            codec = codecs.lookup(name)
        except LookupError:
            continue
        if codec._is_text_encoding:  # noqa: SLF001 - the only way to tell rot13 and hex from character sets
            return codec.name
    return None
