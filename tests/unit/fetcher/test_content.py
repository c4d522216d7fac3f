"""Is it a page? The bytes are believed before the header."""

import pytest

from services.fetcher.content import why_no_page


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<!DOCTYPE html><p>x", "text/html"),
        (b"\xef\xbb\xbf <html>", "text/html; charset=utf-8"),
        (b"<html><p>x", "image/png"),
        (b"<html><p>x", None),
        (b"Words of a text dump.", "text/plain"),
        (b"<?xml version='1.0'?><html/>", "application/xhtml+xml"),
        ("<html>".encode("utf-16"), "text/html"),
        (b"%PDF-1.7", "text/html"),
    ],
)
def test_text_is_a_page_whatever_the_header_says(body, content_type):
    """Also HTML that is announced as a picture, and UTF-16."""
    assert why_no_page(body, content_type) is None


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "text/html"),
        (b" \r\n\t ", "text/html"),
        (b"\xff\xd8\xff\xe0JFIF", "text/html"),
        (b"PK\x03\x04", "text/html"),
        (b"\x7fELF\x00\x00\x00", None),
        (b"{}", "application/json"),
        (b"binary-ish", "application/octet-stream"),
    ],
)
def test_what_is_no_page_is_named(body, content_type):
    """One sentence each, also when the header calls it HTML."""
    assert why_no_page(body, content_type).endswith((".", "page."))
