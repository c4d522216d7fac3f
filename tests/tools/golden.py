"""Adds a golden page: `make golden FILE=… [URL=…] LAYOUT=… NAME=…`, or `make golden URL=… LAYOUT=… NAME=…`.

What is written is what the parser reads today. It is printed to be checked, line by line, before it is committed.
"""

import argparse
import json
import re
import shutil
import sys
from pathlib import Path

from services.cli.commands.parse import get_page
from services.contracts.errors import UserError
from tests.support.golden_pages import PAGES, reading


def add(folder: Path, body: bytes, url: str | None, content_type: str | None, *, force: bool = False) -> str:
    """Writes page, address and article into the folder and returns the article as JSON.

    UserError where a page is already there, unless forced; then nothing of the old one is left.
    """
    if folder.exists():
        if not force:
            raise UserError(f"{folder} is there already: choose another NAME, or replace it with FORCE=1.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    is_text = (content_type or "").startswith("text/plain")
    (folder / ("page.txt" if is_text else "page.html")).write_bytes(body)
    if url:
        (folder / "url").write_text(url + "\n", encoding="utf-8")
    article = json.dumps(reading(folder), ensure_ascii=False, indent=1) + "\n"
    (folder / "article.json").write_text(article, encoding="utf-8")
    return article


def main(words: list[str], pages: Path = PAGES) -> int:
    """Exit status 1, and one sentence, when nothing was added."""
    requests = _asked(words)
    try:
        folder = pages / _part("LAYOUT", requests.layout) / _part("NAME", requests.name)
        body, url, content_type = get_page(_source(requests), requests.url or None)
        print(add(folder, body, url, content_type, force=requests.force))
    except UserError as trouble:
        print(trouble, file=sys.stderr)
        return 1
    print(f"Check every line of it against the page, then commit {folder}.", file=sys.stderr)
    return 0


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("file", "url", "layout", "name"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--force", action="store_true")
    return parser.parse_args(words)


def _source(asked: argparse.Namespace) -> str:
    if not (asked.file or asked.url):
        raise UserError("Say which page to add: FILE=… with URL=… for the address it came from, or URL=… alone.")
    return asked.file or asked.url


def _part(name: str, value: str) -> str:
    """A folder's name, and never a way out of tests/pages."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", value):
        raise UserError(f"{name}={value} names no folder: use small letters, digits and single hyphens.")
    return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
