"""Writes what the parser reads today beside each sample page: `python -m tests.support.golden_pages [FOLDER …]`.

Read the difference before you commit it: a golden article is a promise, not a recording.
"""

import json
import sys
from pathlib import Path
from typing import Any

from services.parser.contract import as_line
from services.parser.extract import extract

PAGES = Path(__file__).parents[1] / "pages"


def folders() -> list[Path]:
    """Every sample: a folder with a page, perhaps the address it had, and the article that it must become."""
    return sorted(page.parent for page in PAGES.glob("*/*/page.*"))


def url(folder: Path) -> str | None:
    """The address that the sample had, if one is written beside it."""
    address = folder / "url"
    return address.read_text(encoding="utf-8").strip() if address.exists() else None


def content_type(page: Path) -> str | None:
    """What a server would have called the sample."""
    return "text/plain" if page.suffix == ".txt" else None


def reading(folder: Path) -> dict[str, Any]:
    """What the parser makes of the sample, as JSON."""
    page = next(folder.glob("page.*"))
    address = url(folder)
    return as_line(extract(page.read_bytes(), url=address, content_type=content_type(page)), address)


if __name__ == "__main__":
    for folder in [Path(name) for name in sys.argv[1:]] or folders():
        text = json.dumps(reading(folder), ensure_ascii=False, indent=1)
        (folder / "article.json").write_text(text + "\n", encoding="utf-8")
