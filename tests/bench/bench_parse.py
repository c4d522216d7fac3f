"""How long a whole article takes, as a share of what BeautifulSoup takes for the bare tree of the same page.

`python tests/bench/bench_parse.py [--pairs 15] [--json FILE]`. Times are CPU milliseconds of this process; the ratio is
the median of paired runs, because the machine is never quiet. Pages are made from the golden ones: their article
with its region repeated to the size of a real body, inside as much navigation, script and state as a real page carries.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

from bs4 import BeautifulSoup

from services.contracts.article import Article
from services.parser.extract import extract

PAGES = Path(__file__).parents[1] / "pages"
SAMPLES = ("afpims/news-with-photos", "afpims/contracts", "afpims-print/news-with-brs", "uswds/press-release")
CHROME = 55_000  # characters of menus around an article on a 130 KB page of the publishing system
SCRIPT = 30_000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pairs", type=int, default=15)
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    rows = [measure(name, page(name), asked.pairs) for name in SAMPLES]
    print(f"{'page':28} {'KB':>5} {'tree ms':>8} {'article ms':>11} {'ratio':>6}")
    for row in rows:
        print(f"{row['page']:28} {row['kb']:5} {row['tree']:8.1f} {row['article']:11.1f} {row['ratio']:6.2f}")
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1))


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


def measure(name: str, markup: bytes, pairs: int) -> dict[str, float | str | int]:
    """Medians over pairs of runs, one after the other."""
    assert isinstance(extract(markup), Article), name
    runs = [(cpu(lambda: BeautifulSoup(markup, "lxml")), cpu(lambda: extract(markup))) for _ in range(pairs)]
    return {
        "page": name,
        "kb": len(markup) // 1_000,
        "tree": statistics.median(tree for tree, _ in runs),
        "article": statistics.median(article for _, article in runs),
        "ratio": statistics.median(article / tree for tree, article in runs),
    }


def cpu(work) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1_000


if __name__ == "__main__":
    main()
