"""News pages of no family of ours, one in the manner of each well-known publishing system, beside a general reader."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean

import pytest
import trafilatura

from services.contracts.article import Article
from services.parser.extract import extract

PAGES = Path(__file__).parents[2] / "pages" / "unknown"
GOLD = sorted(path.parent for path in PAGES.glob("*/gold.txt"))


@dataclass(frozen=True)
class Read:
    """What anybody reads off a page, and in `gold.txt` what a person did: headline, date, empty line, body."""

    headline: str
    date: str
    body: tuple[str, ...]


@pytest.mark.parametrize("folder", GOLD, ids=lambda folder: folder.name)
def test_no_general_page_is_read_worse_than_by_trafilatura_alone(folder):
    """Lines of the body, headline and date, on every single page."""
    gold, own, theirs = wanted(folder), reading(folder), peer(folder)
    assert likeness(own.body, gold.body) >= likeness(theirs.body, gold.body)
    assert bare(own.headline) == bare(gold.headline)
    assert own.date == gold.date


def test_general_pages_are_read_better_in_the_mean():
    """A page more or less may be a draw; all together are not."""
    golds = [wanted(folder) for folder in GOLD]
    assert len(GOLD) >= 12
    own = mean(likeness(reading(page).body, gold.body) for page, gold in zip(GOLD, golds, strict=True))
    theirs = mean(likeness(peer(page).body, gold.body) for page, gold in zip(GOLD, golds, strict=True))
    assert own > max(theirs + 0.05, 0.98)


def wanted(folder: Path) -> Read:
    headline, date, _, *body = (folder / "gold.txt").read_text(encoding="utf-8").splitlines()
    return Read(headline, date, tuple(body))


def reading(folder: Path) -> Read:
    article = extract((folder / "page.html").read_bytes())
    assert isinstance(article, Article)
    opening = [line.text for line in article.removed if line.rule == "dateline"]
    first, *others = [block.text for block in article.body]
    return Read(article.headline, str(article.published_at)[:10], (" ".join([*opening, first]), *others))


@cache
def peer(folder: Path, *, metadata: bool = False) -> Read:
    """Headline and date too with `metadata`: for one Spanish date it loads all languages of the world, for seconds."""
    page = (folder / "page.html").read_text(encoding="utf-8")
    result = trafilatura.bare_extraction(page, with_metadata=metadata, include_comments=False, include_tables=True)
    read = result.as_dict() if result else {}
    return Read(read.get("title") or "", read.get("date") or "", tuple((read.get("text") or "").splitlines()))


def likeness(found: tuple[str, ...], gold: tuple[str, ...]) -> float:
    """F1 of the lines, in words alone."""
    first, other = (Counter(filter(None, map(bare, lines))) for lines in (found, gold))
    return 2 * (first & other).total() / (first.total() + other.total())


def bare(line: str) -> str:
    return re.sub(r"\W+", " ", line.casefold()).strip()


if __name__ == "__main__":
    for page in GOLD:
        gold, readers = wanted(page), (reading(page), peer(page, metadata=True))
        scores = [
            f"{likeness(r.body, gold.body):6.3f} {bare(r.headline) == bare(gold.headline):d} {r.date == gold.date:d}"
            for r in readers
        ]
        print(f"{page.name:26} Dateline {scores[0]}   trafilatura {scores[1]}")
