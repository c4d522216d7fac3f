"""PDF files, written by hand as newsrooms' programs write them, and as people do who want to hurt a reader."""

import zlib

SIZE = 12
PAGE = (612, 792)


def pdf(*pages, title=None, created=None, more=(), trailer=b"", compress=True):
    """A PDF of these pages; each is a list of `(text, x, y)`, with a size and "bold" behind it if need be."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects += [_font(b"Times-Roman"), _font(b"Times-Bold")]
    about = b"".join(_entry(name, value) for name, value in ((b"Title", title), (b"CreationDate", created)) if value)
    objects.append(b"<< " + about + b">>")
    kids = []
    for page in pages:
        objects.append(_stream(_content(page), compress=compress))
        contents = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R /Resources << /Font << /F1 3 0 R "
            b"/F2 4 0 R >> >> >>" % (*PAGE, contents)
        )
        kids.append(len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    return written([*objects, *more], b"/Info 5 0 R " + trailer)


def written(objects, trailer=b""):
    """A file of these objects, numbered from 1, with its table; the first is the catalog."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, table)
    return bytes(out)


def paragraph(text, top, *, x=72, width=90, leading=14, size=SIZE, bold=False):
    """The lines of a paragraph, from `top` down, broken at a width."""
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    weight = ("bold",) if bold else ()
    return [(text, x, top - leading * at, size, *weight) for at, text in enumerate([*lines, line])]


def scanned(pages=2):
    """Pages that are nothing but a picture each."""
    picture = b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray"
    return pdf(*([("", 0, 0)] for _ in range(pages)), more=[picture + b" /Length 1 >>\nstream\n\x00\nendstream"])


def bomb(megabytes=200):
    """One page whose content unpacks to so much."""
    packer = zlib.compressobj(9)
    piece = b"(a) Tj " * 150_000
    packed = b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << >> >>"
    content = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
    return written([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>", page, content])


def nested(depth):
    """A page tree of which every node holds another one."""
    nodes = [b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % (number + 3) for number in range(depth)]
    return written([b"<< /Type /Catalog /Pages 2 0 R >>", *nodes, b"<< /Type /Page >>"])


def arrays(depth):
    """A catalog that holds an array in an array, and so on."""
    deep = b"[" * depth + b"]" * depth
    return written([b"<< /Type /Catalog /Pages 2 0 R /A " + deep + b" >>", b"<< /Type /Pages /Count 0 /Kids [] >>"])


def circle():
    """A page tree that holds itself."""
    return written([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] >>"])


def _font(name):
    return b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % name


def _entry(name, value):
    return b"/%s (%s) " % (name, _escaped(value))


def _escaped(text):
    return text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _content(page):
    return b"\n".join(_shown(*line) for line in page)


def _shown(text, x, y, size=SIZE, weight=""):
    font = b"F2" if weight else b"F1"
    return b"BT /%s %d Tf 1 0 0 1 %d %d Tm (%s) Tj ET" % (font, size, x, y, _escaped(text))


def _stream(content, *, compress):
    packed = zlib.compress(content) if compress else content
    coding = b"/Filter /FlateDecode " if compress else b""
    return b"<< %s/Length %d >>\nstream\n%s\nendstream" % (coding, len(packed), packed)
