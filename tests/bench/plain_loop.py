"""What somebody would write in an afternoon, as a measure: one loop that asks, reads with BeautifulSoup and stores."""

import resource
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
from bs4 import BeautifulSoup

SCHEMA = "CREATE TABLE articles (url TEXT PRIMARY KEY, headline TEXT, body TEXT)"


@dataclass(frozen=True)
class Rate:
    """Pages a second, and CPU milliseconds a page."""

    pages: float
    cpu_ms: float


def plain_loop(addresses: list[str], folder: Path) -> Rate:
    """Takes in these pages one after another, each stored and committed, in this process."""
    with sqlite3.connect(folder / "plain.db") as database, httpx.Client(trust_env=False) as client:
        database.execute("DROP TABLE IF EXISTS articles")
        database.execute(SCHEMA)
        began, spent = time.perf_counter(), _cpu()
        for address in addresses:
            soup = BeautifulSoup(client.get(address).content, "lxml")
            body = "\n".join(p.get_text(" ", strip=True) for p in soup.select("div.body p"))
            with database:
                text = (address, soup.h1.get_text(strip=True), body)
                database.execute("INSERT INTO articles VALUES (?, ?, ?)", text)
        seconds = time.perf_counter() - began
        stored = database.execute("SELECT count(*) FROM articles WHERE length(body) > 1000").fetchone()[0]
    database.close()
    if stored != len(addresses):
        raise RuntimeError(f"The plain loop read {stored} of {len(addresses)} articles; its selectors are out of date.")
    return Rate(stored / seconds, 1000 * (_cpu() - spent) / stored)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
