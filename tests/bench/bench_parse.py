"""How long a whole article takes, as a share of what BeautifulSoup takes for the bare tree of the same page.

`python tests/bench/bench_parse.py [--pairs 15] [--json FILE] [--real FOLDER]`; `--peers` also times
trafilatura and newspaper4k (from requirements/bench.lock) on the same pages. Times are CPU milliseconds of this
process; the ratio is the median of paired runs, because the machine is never quiet. Pages are made from the golden
ones: their article with its region repeated to the size of a real body, inside as much navigation, script and state as
a real page carries. `--real` times the HTML files of a folder, each once after it was read once: their sum, median and
90th percentile.
"""

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bs4 import BeautifulSoup

from services.contracts.article import Article
from services.parser.extract import extract

PAGES = Path(__file__).parents[1] / "pages"
SAMPLES = ("afpims/news-with-photos", "afpims/contracts", "afpims-print/news-with-brs", "uswds/press-release")
CHROME = 55_000  # characters of menus around an article on a 130 KB page of the publishing system
SCRIPT = 30_000

Reader = Callable[[bytes], object]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pairs", type=int, default=15)
    options.add_argument("--json", type=Path)
    options.add_argument("--peers", action="store_true")
    options.add_argument("--real", type=Path, help="a folder of HTML files")
    asked = options.parse_args()
    if asked.real:
        real_pages(sorted(asked.real.glob("*.html")), {"dateline": extract} | (peers() if asked.peers else {}))
        return
    readers = {"dateline": extract} | (peers() if asked.peers else {})
    rows = [measure(name, page(name), reader, asked.pairs) for name in SAMPLES for reader in readers.items()]
    print(f"{'page':28} {'reader':12} {'KB':>5} {'tree ms':>8} {'reader ms':>10} {'ratio':>6}")
    for row in rows:
        times = f"{row['tree']:8.1f} {row['article']:10.1f} {row['ratio']:6.2f}"
        print(f"{row['page']:28} {row['reader']:12} {row['kb']:5} {times}")
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1))


def real_pages(paths: Sequence[Path], readers: Mapping[str, Reader]) -> None:
    """Ratios over real pages: of the sums, and of single pages in their order."""
    bodies = [path.read_bytes() for path in paths]
    trees = [warm(lambda markup: BeautifulSoup(markup, "lxml"), body) for body in bodies]
    for name, read in readers.items():
        times = [warm(read, body) for body in bodies]
        ratios = sorted(time / tree for time, tree in zip(times, trees, strict=True))
        most, middle = ratios[len(ratios) * 9 // 10], statistics.median(ratios)
        print(
            f"{name:12} {len(bodies)} pages, ratio of the sums {sum(times) / sum(trees):.2f}, median {middle:.2f},"
            f" 90th percentile {most:.2f}; {sum(times) / len(times):.1f} ms a page, tree {sum(trees) / len(trees):.1f}"
        )


def warm(read: Reader, markup: bytes) -> float:
    """The better of two runs, after one that fills what is remembered between pages."""
    read(markup)
    return min(cpu(lambda: read(markup)) for _ in range(2))


def page(name: str) -> bytes:
    """A golden page at the size of a real one."""
    text = (PAGES / name / "page.html").read_text(encoding="utf-8")
    menu = "".join(
        f'<li class="first leaf menu-item-{i}"><a class="menu__link" href="/section-{i}/">Section number {i}</a>'
        f"<ul><li><span>Part {i}</span></li></ul></li>"
        for i in range(CHROME // 160)
    )
    script = "<script>" + "var state = {};" * (SCRIPT // 15) + "</script>"
    body = "".join(
        f"<p>Paragraph {i} of a long story, in which “{i} boats” left the pier before dawn.</p>" for i in range(60)
    )
    text = text.replace("</head>", script + "</head>", 1)
    # The menu stands outside of the article, the paragraphs behind the first one of the body.
    text = (
        text.replace("<body", f"<body><ul>{menu}</ul><div", 1)
        if "<body>" not in text
        else text.replace("<body>", f"<body><ul>{menu}</ul>", 1)
    )
    anchor = "</p>" if name != "afpims-print/news-with-brs" else "<br />\n<br />"
    at = text.index(anchor, text.index('body">') if 'body">' in text else text.index("da_black")) + len(anchor)
    return (text[:at] + body + text[at:]).encode()


def peers() -> dict[str, Reader]:
    """General readers, with all the fields they give; newspaper4k is told the page, so that it asks nobody."""
    import newspaper
    import trafilatura

    def newspaper4k(markup: bytes) -> None:
        story = newspaper.Article("https://www.war.gov/x")
        story.download(input_html=markup.decode())
        story.parse()

    def by_trafilatura(markup: bytes) -> None:
        trafilatura.bare_extraction(markup.decode(), with_metadata=True, include_images=True)

    return {"trafilatura": by_trafilatura, "newspaper4k": newspaper4k}


def measure(name: str, markup: bytes, reader: tuple[str, Reader], pairs: int) -> dict[str, float | str | int]:
    """Medians over pairs of runs, one after the other."""
    assert isinstance(extract(markup), Article), name
    called, read = reader
    runs = [(cpu(lambda: BeautifulSoup(markup, "lxml")), cpu(lambda: read(markup))) for _ in range(pairs)]
    return {
        "page": name,
        "reader": called,
        "kb": len(markup) // 1_000,
        "tree": statistics.median(tree for tree, _ in runs),
        "article": statistics.median(article for _, article in runs),
        "ratio": statistics.median(article / tree for tree, article in runs),
    }


def cpu(work) -> float:
    gc.collect()  # or one of the two pays for what the other left behind
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1_000


if __name__ == "__main__":
    main()
