"""Files and damage that tests of commands make."""

from pathlib import Path

from services.demo.samples import SAMPLES

DUMP = SAMPLES / "raqqa-mosul-2016.txt"


SEEDS = """
[[source]]
name = "harbor"
channels = [{ kind = "feed", url = "https://harbor.example/feed.xml" }]
"""


def write(folder: Path, name: str, words: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(words if isinstance(words, bytes) else words.encode())
    return path
