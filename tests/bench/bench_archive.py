"""What a capture costs in the archive before and after it is packed, and how quick packing and reading are.

    .venv/bin/python -m tests.bench.bench_archive --captures 2000 --json result.json

Captures of pages of 92 KB, on SQLite in a temporary folder. Room is what the file system has given (blocks of 512
bytes), so that the ends of blocks count. Seconds are of the processor, because a busy machine stretches all others.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
from sqlalchemy import text

from services.cli.processes import schema
from services.runtime import database
from services.runtime.archive import capture_store, packer, verify
from services.runtime.archive.capture_store import Capture
from services.runtime.database import utcnow
from services.runtime.settings import runtime_settings
from tests.fakes.generated import GeneratedNewsroom

DIFFERENT = 200
"""Pages that are asked for; their captures differ by address and time."""


def measure(captures: int) -> dict[str, float]:
    """Bytes for each capture, files for each million, and captures a second of processor time."""
    schema.upgrade()
    names = _keep(captures)
    empty, result = _database(), {f"before: {name}": value for name, value in _room(captures).items()}
    with _rate("before: read", captures, result):
        assert all(map(capture_store.holds, names))
    with _rate("pack", captures, result):
        while packer.pack_step(utcnow() + timedelta(hours=2)).more:
            pass
    result |= {f"after: {name}": value for name, value in _room(captures).items()}
    result["after: index bytes a capture"] = round((_database() - empty) / captures)
    with _rate("after: read", captures, result):
        assert all(map(capture_store.holds, names))
    with _rate("verify", captures, result):
        assert not [*verify.segment_faults(), *verify.faults(names)]
    return result


def _keep(captures: int) -> list[str]:
    newsroom = GeneratedNewsroom(DIFFERENT)
    newsroom.start()
    try:
        bodies = [httpx.get(newsroom.address(number)).content for number in range(DIFFERENT)]
    finally:
        newsroom.stop()
    sent = (("User-Agent", "Dateline"), ("Accept", "text/html"))
    headers = (("Content-Type", "text/html; charset=utf-8"), ("ETag", '"1"'))
    return [
        capture_store.keep(
            Capture(f"https://n.example/{number}", utcnow(), 200, headers, bodies[number % DIFFERENT], sent)
        )
        for number in range(captures)
    ]


def _room(captures: int) -> dict[str, float]:
    files = [file.stat() for file in runtime_settings().captures.rglob("*") if file.is_file()]
    return {
        "bytes a capture": round(sum(file.st_size for file in files) / captures),
        "room a capture": round(512 * sum(file.st_blocks for file in files) / captures),
        "files a million captures": round(1_000_000 * len(files) / captures),
    }


def _database() -> int:
    with database.engine().connect() as connection:
        whole = text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return int(connection.execute(whole).scalar_one())


@contextmanager
def _rate(name: str, captures: int, result: dict[str, float]) -> Iterator[None]:
    began = time.process_time()
    yield
    result[f"{name}, captures a second"] = round(captures / (time.process_time() - began))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captures", type=int, default=2_000)
    parser.add_argument("--json", type=Path, help="write the numbers there too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as folder:
        os.environ["DATELINE_STATE"] = folder
        result = measure(options.captures)
    for name, value in result.items():
        print(f"{name:44} {value:>12,}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
