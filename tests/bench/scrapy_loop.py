"""The same newsroom taken in by Scrapy, as a measure: what its users write, once with BeautifulSoup and once with CSS.

    .venv/bin/python -m tests.bench.scrapy_loop bs4 addresses.json pages.db

16 requests at a time, robots.txt obeyed, each article inserted and committed. It runs in a process of its own, because
Twisted's reactor runs once; the clock starts when the spider does.
"""

import argparse
import json
import resource
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.plain_loop import SCHEMA, Rate

AT_ONCE = 16


def scrapy_loop(reader: str, addresses: list[str], folder: Path) -> Rate:
    """Takes in these pages, read with `bs4` or `css`."""
    asked = folder / "addresses.json"
    asked.write_text(json.dumps(addresses))
    command = [sys.executable, "-m", "tests.bench.scrapy_loop", reader, str(asked), str(folder / f"scrapy-{reader}.db")]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if told["stored"] != len(addresses):
        raise RuntimeError(f"Scrapy read {told['stored']} of {len(addresses)} articles; its selectors are out of date.")
    return Rate(told["stored"] / told["seconds"], 1000 * told["cpu"] / told["stored"])


def main() -> None:
    import scrapy
    from bs4 import BeautifulSoup
    from scrapy.crawler import CrawlerProcess

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("reader", choices=["bs4", "css"])
    arguments.add_argument("addresses", type=Path)
    arguments.add_argument("database", type=Path)
    asked = arguments.parse_args()
    database, clock = sqlite3.connect(asked.database), {}
    database.execute("DROP TABLE IF EXISTS articles")
    database.execute(SCHEMA)

    class Newsroom(scrapy.Spider):
        name = "newsroom"
        start_urls = json.loads(asked.addresses.read_text())

        async def start(self):
            clock["began"], clock["spent"] = time.perf_counter(), _cpu()
            for url in self.start_urls:
                yield scrapy.Request(url)

        def parse(self, response):
            yield dict(zip(("url", "headline", "body"), (response.url, *readers[asked.reader](response)), strict=True))

    class Store:
        def process_item(self, item):
            with database:
                database.execute("INSERT INTO articles VALUES (:url, :headline, :body)", item)
            return item

    def bs4(response):
        soup = BeautifulSoup(response.body, "lxml")
        return soup.h1.get_text(strip=True), "\n".join(p.get_text(" ", strip=True) for p in soup.select("div.body p"))

    def css(response):
        paragraphs = (" ".join(p.css("::text").getall()).strip() for p in response.css("div.body p"))
        return response.css("h1::text").get("").strip(), "\n".join(paragraphs)

    readers = {"bs4": bs4, "css": css}
    settings = {
        "CONCURRENT_REQUESTS": AT_ONCE,
        "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": True,
        "ITEM_PIPELINES": {Store: 300},
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "ERROR",
    }
    process = CrawlerProcess(settings)
    process.crawl(Newsroom)
    process.start()
    seconds, cpu = time.perf_counter() - clock["began"], _cpu() - clock["spent"]
    stored = database.execute("SELECT count(*) FROM articles WHERE length(body) > 1000").fetchone()[0]
    print(json.dumps({"stored": stored, "seconds": seconds, "cpu": cpu}))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
