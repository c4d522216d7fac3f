"""Bytes of a document to text: by their signature, as UTF-8, as declared, and at last byte by byte.

What is UTF-8 but for a few bytes of another program is read as that: each of those as Windows does.
"""

import codecs
import re

_DECLARED = re.compile(r"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.-]{2,40})[\"']", re.IGNORECASE)
# The longer ones first: the mark of UTF-32 begins as that of UTF-16 does.
_SIGNATURES = (
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
)
_EBCDIC = "<?xml".encode("cp037")
# One of them takes the square of the time, and the others are notations of Python's.
_NO_ENCODINGS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})


def decoded(body: bytes, charset: str | None = None) -> str:
    """UTF-8 where the bytes are UTF-8, whatever is declared; else as declared in the document, or by the server."""
    if signed := next((encoding for signature, encoding in _SIGNATURES if body.startswith(signature)), None):
        if b"\x00" in body[:100]:
            return body.decode(signed, "replace")
        body = body[2:]  # a mark that was put before a document of single bytes
    if body.startswith(_EBCDIC):
        return body.decode(_declared(body[:1000].decode("cp037")) or "cp037", "replace")
    declared = _declared(body[:1000].decode("latin-1"))
    # These are written in ASCII characters, so that they would pass as UTF-8.
    in_ascii = declared and declared.startswith(("iso2022", "iso-2022", "hz", "utf-7"))
    for encoding in (declared, "utf-8") if in_ascii else ("utf-8", declared, _known(charset or "")):
        try:
            return body.decode(encoding or "utf-8")
        except UnicodeError:
            continue
    return body.decode("utf-8", _AS_WINDOWS)


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """What no UTF-8 is, as Windows-1252 has it."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_AS_WINDOWS = "dateline-as-windows"
codecs.register_error(_AS_WINDOWS, _as_windows)


def _declared(head: str) -> str | None:
    return _known(found[1]) if (found := _DECLARED.search(head)) else None


def _known(label: str) -> str | None:
    """The encoding of this label as it is meant; None for what is no encoding of text."""
    try:
        name = codecs.lookup(label).name
        "<".encode(name)
    except (LookupError, UnicodeError, ValueError):
        return None
    # Windows-1252 holds Latin-1 and the quotation marks that are meant by it; GB 18030 holds its elders.
    wider = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
    return None if name in _NO_ENCODINGS else wider.get(name, name)
