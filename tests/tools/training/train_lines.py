"""Trains the classifier of unknown layouts: `python tests/tools/training/train_lines.py GOLD.jsonl … [--write]`.

It cross-validates by host, so that the figures it prints are those of pages of sites that it has not seen. `--write`
writes services/parser/general/lines.json, and `--odds FILE` what each page's lines were given by trees that had not
seen its host. It needs requirements/bench.lock.
"""

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from services.parser.characters import decode
from services.parser.extract import open_page
from services.parser.general import trees
from services.parser.general.classify import PLACED
from services.parser.general.features import NAMES, Features
from services.parser.layouts import WHOLE_PAGE, recognise
from services.parser.lines import Line
from services.parser.markup import Reader
from services.parser.page import Page
from services.parser.zones import OUTSIDE
from tests.tools.training.gold_pages import GoldPage, gold_pages, labels, words

FILE = Path(trees.__file__).with_name("lines.json")
FOLDS = 8
ROUNDS = 70
PARAMETERS = {
    "objective": "binary", "learning_rate": 0.15, "num_leaves": 12, "min_data_in_leaf": 30, "feature_fraction": 0.5,
    "bagging_fraction": 0.7, "bagging_freq": 1, "verbose": -1, "num_threads": 2, "seed": 1, "deterministic": True,
}  # fmt: skip
GOLDEN_WEIGHT = 3.0
HOST_WEIGHT = 6.0
"""Of all lines of a host, in pages: a hundred pages of one site teach no more than so many."""


@dataclass
class Sample:
    """One view of a page: as the whole page, or as the region that its layout finds."""

    page: GoldPage
    layout: str
    lines: Sequence[Line]
    asked: Sequence[int]
    truth: Sequence[bool]
    rows: Sequence[Sequence[float]]
    odds: list[float] = field(default_factory=list)


def samples(pages: Sequence[GoldPage]) -> Iterator[Sample]:
    """Each page as a whole, and again as the region of its layout if one is known."""
    for gold in pages:
        markup = decode(gold.path.read_bytes())
        page = open_page(markup, gold.url)
        if not isinstance(page, Page):
            continue
        layout, region = recognise(page, markup)
        views = {layout.name: (layout, region), WHOLE_PAGE.name: (WHOLE_PAGE, page.root.find("body"))}
        for name, (known, part) in views.items():
            reader = Reader(page, known)
            reader.read(part)
            truth = labels(reader.lines, gold.text)
            matching = [at for at, line in enumerate(reader.lines) if line.zone not in OUTSIDE]
            features = Features(page, reader.lines, reader.places)
            yield Sample(gold, name, reader.lines, matching, truth, list(features.rows(matching)))


def cross_validate(found: Sequence[Sample]) -> None:
    """Gives each sample the odds of trees that have seen no page of its host."""
    hosts = list(dict.fromkeys(sample.page.host for sample in found))
    busy = sorted(hosts, key=lambda host: -sum(sample.page.host == host for sample in found))
    folds = {host: at % FOLDS for at, host in enumerate(busy)}
    for fold in range(FOLDS):
        booster = train([sample for sample in found if folds[sample.page.host] != fold])
        for sample in found:
            if folds[sample.page.host] == fold and sample.rows:
                sample.odds = booster.predict(np.array(sample.rows, dtype=float), raw_score=True).tolist()


def train(found: Sequence[Sample]) -> lightgbm.Booster:
    """Trees from these samples; the lines of zones that say what they are do not count."""
    pages: dict[str, int] = defaultdict(int)
    for sample in found:
        pages[sample.page.host] += 1
    rows, truth, weights = [], [], []
    for sample in found:
        weight = (
            GOLDEN_WEIGHT if sample.page.source == "golden" else min(1.0, HOST_WEIGHT / pages[sample.page.host] + 0.2)
        )
        for at, row in zip(sample.asked, sample.rows, strict=True):
            if sample.lines[at].zone not in PLACED:
                rows.append(row)
                truth.append(sample.truth[at])
                weights.append(weight * (1 + math.log1p(len(words(sample.lines[at].text)))))
    data = lightgbm.Dataset(np.array(rows, dtype=float), np.array(truth), weight=np.array(weights))
    return lightgbm.train(PARAMETERS, data, ROUNDS)


def report(found: Sequence[Sample]) -> None:
    """Word F1 in the mean of the pages of each source and view, on hosts that were not seen."""
    scores: dict[tuple[str, str], list[float]] = defaultdict(list)
    for sample in found:
        right = stored = true = 0
        for at, odds in zip(sample.asked, sample.odds, strict=True):
            size = len(words(sample.lines[at].text))
            if sample.lines[at].zone not in PLACED:
                stored += size * (odds >= 0)
                right += size * (odds >= 0 and sample.truth[at])
                true += size * sample.truth[at]
        scores[sample.page.source, sample.layout].append(2 * right / (stored + true) if stored + true else 1.0)
    for (source, layout), values in sorted(scores.items()):
        print(f"{source:12} {layout:20} {len(values):4} pages  word F1 {sum(values) / len(values):.4f}")


def as_tree(node: dict[str, Any]) -> Any:
    """A tree of LightGBM in the form that services.parser.general.trees reads."""
    if "leaf_value" in node:
        return float(f"{node['leaf_value']:.4g}")
    cut = float(f"{node['threshold']:.6g}")
    return [node["split_feature"], cut, as_tree(node["left_child"]), as_tree(node["right_child"])]


def main() -> None:
    """Reads, cross-validates, reports, and writes if it is told to."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("gold", nargs="*", type=Path)
    options.add_argument("--write", action="store_true")
    options.add_argument("--odds", type=Path)
    order = options.parse_args()
    result = list(samples(list(gold_pages(order.gold))))
    cross_validate(result)
    report(result)
    if order.odds:
        by_name = {f"{s.page.path}|{s.layout}": dict(zip(s.asked, s.odds, strict=True)) for s in result}
        order.odds.write_text(json.dumps(by_name))
    if order.write:
        trained = [as_tree(tree["tree_structure"]) for tree in train(result).dump_model()["tree_info"]]
        FILE.write_text(json.dumps({"features": NAMES, "trees": trained}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
