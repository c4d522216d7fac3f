"""The whole parser on pages of hosts that its trees have not seen, site by site, beside other readers.

`python -m tests.tools.training.cross_validate GOLD.jsonl … [--peers] [--seen]`

The trees are trained anew without the hosts of a fold, for each fold, and `extract` reads the pages of that fold with
them. `--seen` uses the trees as they are instead, which have seen these pages; `--peers` reads the same pages with
trafilatura, readability-lxml and newspaper4k. It needs requirements/bench.lock.
"""

import argparse
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from services.contracts.article import Article
from services.parser.characters import decode, fold
from services.parser.extract import extract
from services.parser.general import classify
from services.parser.general.features import NAMES
from services.parser.general.trees import Trees, trained
from tests.tools.training.gold_pages import GoldPage, gold_pages
from tests.tools.training.train_lines import FOLDS, Sample, as_tree, samples, train

Reader = Callable[[GoldPage], Sequence[str] | None]


def lines_of(page: GoldPage) -> Sequence[str] | None:
    """The body as this parser reads it, line by line; None where it rejects the page."""
    reading = extract(page.path.read_bytes(), url=page.url)
    return [block.text for block in reading.body] if isinstance(reading, Article) else None


def folds_of(found: Sequence[Sample]) -> dict[str, int]:
    """In which fold each host is; the busiest are in different ones."""
    pages = Counter(sample.page.host for sample in found)
    return {host: at % FOLDS for at, (host, _) in enumerate(pages.most_common())}


def unseen(found: Sequence[Sample]) -> Iterable[tuple[set[str], Trees]]:
    """For each fold its hosts, and trees that were trained without them."""
    folds = folds_of(found)
    for number in range(FOLDS):
        booster = train([sample for sample in found if folds[sample.page.host] != number])
        trees = [as_tree(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]
        yield {host for host, at in folds.items() if at == number}, Trees(NAMES, trees)


def f1(read: Iterable[str], right: Iterable[str]) -> float:
    """Of two bags of words or lines."""
    own, theirs = Counter(read), Counter(right)
    both = sum((own & theirs).values())
    return 2 * both / (sum(own.values()) + sum(theirs.values())) if own and theirs else float(not own and not theirs)


def bare(lines: Iterable[str]) -> list[str]:
    """Lines by their words alone; those without any are none."""
    return [key for line in lines if (key := " ".join(re.findall(r"\w+", fold(line))))]


def scores(page: GoldPage, read: Sequence[str] | None) -> dict[str, float]:
    """What a reader made of a page."""
    own, right = bare(read or ()), bare(page.text)
    text = f1(" ".join(own).split(), " ".join(right).split())
    return {"word F1": text, "line F1": f1(own, right), "exact": own == right, "rejected": read is None}


def peers() -> dict[str, Reader]:
    """Other readers, each with the lines of its text."""
    import html_text
    import newspaper
    import trafilatura
    from readability import Document

    def by_newspaper(page: GoldPage) -> Sequence[str]:
        story = newspaper.Article(page.url or "https://example.org/x")
        story.download(input_html=decode(page.path.read_bytes()))
        story.parse()
        return str(story.text).splitlines()

    def by_trafilatura(page: GoldPage) -> Sequence[str] | None:
        text = trafilatura.extract(decode(page.path.read_bytes()), url=page.url, include_comments=False)
        return text.splitlines() if text else None

    def by_readability(page: GoldPage) -> Sequence[str]:
        return str(html_text.extract_text(Document(decode(page.path.read_bytes())).summary())).splitlines()

    return {"trafilatura": by_trafilatura, "readability": by_readability, "newspaper4k": by_newspaper}


def report(name: str, rows: Sequence[tuple[GoldPage, dict[str, float]]]) -> None:
    """Means site by site; sites of a single page count together, by their source."""
    sizes = Counter(page.host for page, _ in rows)
    groups: dict[str, list[dict[str, float]]] = defaultdict(list)
    for page, result in rows:
        groups[page.host if sizes[page.host] > 1 else f"{page.source}, single pages"].append(result)
        groups[f"{page.source}, all"].append(result)
    for group, result in sorted(groups.items()):
        means = " ".join(f"{measure} {statistics.mean(row[measure] for row in result):.4f}" for measure in result[0])
        print(f"{name:14} {group:34} {len(result):4} pages  {means}", flush=True)


def main() -> None:
    """Reads, trains where it is to, and reports."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("gold", nargs="+", type=Path)
    options.add_argument("--peers", action="store_true")
    options.add_argument("--seen", action="store_true")
    order = options.parse_args()
    pages = list(gold_pages(order.gold))
    folds = [({page.host for page in pages}, trained())] if order.seen else unseen(list(samples(pages)))
    rows = []
    for hosts, trees in folds:
        classify.trained = lambda trees=trees: trees
        rows += [(page, scores(page, lines_of(page))) for page in pages if page.host in hosts]
    report("dateline", rows)
    for name, reads in peers().items() if order.peers else ():
        report(name, [(page, scores(page, reads(page))) for page in pages])


if __name__ == "__main__":
    main()
