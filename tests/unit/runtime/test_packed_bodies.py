"""What is packed, the standard tools read, whichever implementation packed it."""

import gzip
import shutil
import subprocess

import pytest

from services.runtime import packing

PLAINS = (b"", b"WARC/1.1\r\n", b"<p>The bridge reopened at dawn.</p>\n" * 4_000, bytes(range(256)) * 500)


@pytest.fixture(params=["fast", "plain"])
def implementation(request, monkeypatch):
    if request.param == "plain":
        monkeypatch.setattr(packing, "fast", None)


@pytest.mark.parametrize("plain", PLAINS, ids=["nothing", "a line", "text", "bytes"])
def test_standard_tools_read_it(implementation, plain):
    """Python's own gzip, and the command; several members in a row are one file."""
    packed = packing.pack(plain)
    assert gzip.decompress(packed + packed) == plain + plain
    output = subprocess.run([shutil.which("gzip"), "-dc"], input=packed + packed, capture_output=True, check=True)
    assert output.stdout == plain + plain


@pytest.mark.parametrize("plain", PLAINS, ids=["nothing", "a line", "text", "bytes"])
def test_the_same_bytes_give_the_same_member(implementation, plain):
    """A capture is named by its file: nothing in it may tell of the time."""
    assert packing.pack(plain) == packing.pack(plain)
    assert packing.pack(plain)[4:8] == bytes(4)
