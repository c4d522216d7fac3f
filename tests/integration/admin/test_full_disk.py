"""A disk on which nothing more can be written ends no web app: it says so, and goes on reading."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

DATELINE = Path(sys.executable).with_name("dateline")
LIMIT = 16_384
"""Bytes of a file, where no small disk can be had: less than SQLite's log has after a few transactions."""
SOURCE = {"name": "new", "channels": [{"kind": "feed", "url": "https://news.example/feed", "interval": 3600}]}


@pytest.fixture
def small_disk(tmp_path):
    """A disk of six megabytes where this user may mount one; else a folder, in which files will not be let grow."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], capture_output=True, check=False
    )
    yield folder, mounted.returncode == 0
    if mounted.returncode == 0:
        # What still runs there may keep it busy; it is gone with it.
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder):
    file = os.open(folder / "rest", os.O_CREAT | os.O_WRONLY)
    for size in (65_536, 4_096, 1):
        try:
            while True:
                os.write(file, bytes(size))
        except OSError:
            continue
    os.close(file)


def limit_files(process, size):
    """Only the soft limit, for only root may raise the other one again."""
    _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, most))


def until(ask, holds):
    ends = time.monotonic() + 120
    while not holds(answer := ask()):
        assert time.monotonic() < ends, answer.text
        time.sleep(0.3)
    return answer


def test_the_web_app_lives_on_a_full_disk(small_disk, web_process):
    """It was ended by SIGBUS, in its metrics and in the index of SQLite's log, which are mapped files."""
    folder, mounted = small_disk
    state = {"state": str(folder / "var"), "redis_url": "", "database_url": ""}
    surroundings = os.environ | {f"DATELINE_{name.upper()}": value for name, value in state.items()}
    stdout = subprocess.run([DATELINE, "migrate"], env=surroundings, capture_output=True, text=True, check=True).stdout
    served = web_process(**state)
    web, client = served.process, served.client
    client.headers["Authorization"] = f"Bearer {next(word for word in stdout.split() if word.startswith('dl_'))}"
    assert client.get("/health/ready").json()["ready"]
    if mounted:
        fill(folder)
    else:
        limit_files(web, LIMIT)
    ready = until(lambda: client.get("/health/ready"), lambda answer: answer.status_code == 503)
    assert ready.json()["reasons"][0].startswith("The database cannot be written: ")
    # No record of it can be written: it is seen all the same, by whoever asks.
    assert [gate["reason"] for gate in client.get("/overview").json()["gates"]] == ready.json()["reasons"]
    assert 'dateline_gate_shut{gate="database"} 1.0' in client.get("/metrics").text
    audit = subprocess.run([DATELINE, "audit"], env=surroundings, capture_output=True, text=True, check=False)
    assert (audit.returncode == 1) is mounted, audit.stdout  # only the web app's files are kept from growing, else
    for number in range(200):  # new counts, in mapped files that have to grow
        assert client.get(f"/articles?limit={number % 50 + 1}").status_code == 200
    assert client.post("/sources", json=SOURCE).status_code == 503
    assert (client.get("/sources").json(), web.poll()) == ([], None)
    if mounted:
        (folder / "rest").unlink()
    else:
        limit_files(web, resource.RLIM_INFINITY)
    until(lambda: client.get("/health/ready"), lambda answer: answer.json()["ready"])
    assert client.post("/sources", json=SOURCE).status_code == 201
