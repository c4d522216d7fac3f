"""The demonstration is what a newcomer sees first: it shows everything, ends by itself, and leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest

from services.cli.commands.demo import BACKLOG, CORRECTED, FOLDER, NEWS
from services.demo.samples import read_samples

pytestmark = pytest.mark.e2e

REFUSAL = (
    "dateline: A demonstration is already running here, in var/demo; "
    "end it with Ctrl-C first, or run this one elsewhere.\n"
)


@contextmanager
def demonstration(folder, *arguments):
    """Runs it in a folder of its own, with its output in a file; killed with all its children if it outlives this."""
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.cli", "demo", *arguments],
            cwd=folder,
            env=os.environ | {"COLUMNS": "200"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        for entry in [*children_of(process), process]:
            entry.kill()
        process.wait()


def children_of(process):
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def said(folder):
    return (folder / "output").read_text()


def wait_for(truth, folder, seconds):
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline, said(folder)
        time.sleep(0.05)


def is_gone(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_it_shows_every_story_verified_and_the_correction(tmp_path):
    """Exit status 0; nothing is asked of the newcomer, and the log and the audit are where it says."""
    began, result = time.monotonic(), {}
    with demonstration(tmp_path, "--once") as process:
        while process.poll() is None:
            result |= {value.pid: value for value in children_of(process)}
            assert time.monotonic() - began < 300, said(tmp_path)
            time.sleep(0.2)
        assert process.returncode == 0, said(tmp_path)
    text = said(tmp_path)
    assert f"{len(BACKLOG)} stories stored and not announced" in text
    samples = read_samples()
    for slug in NEWS:
        assert samples[slug].wordings[0].headline in text, slug
    assert text.count("webhook verified article.created") == len(NEWS)
    shown, correction = text.split("The newsroom corrects a story")
    assert samples[CORRECTED].wordings[1].headline in correction
    assert correction.count("webhook verified article.updated") == 1
    assert "updated" not in shown
    assert re.search(r"export DATELINE_SERVER=http://127\.0\.0\.1:\d+ DATELINE_KEY=dl_1_\w+\n", text)
    assert text.rstrip().endswith("Ended; nothing is left running.")
    assert "Traceback" not in text + (tmp_path / FOLDER / "dateline.log").read_text()
    assert len(result) >= 6
    assert all(is_gone(value) for value in result.values())


def test_ctrl_c_in_the_middle_ends_everything(tmp_path):
    """No worker, no Redis and no web app goes on; and it is no failure. Nor does a second one disturb the first."""
    with demonstration(tmp_path) as process:
        wait_for(lambda: "is ready after" in said(tmp_path), tmp_path, 120)
        children = children_of(process)
        second = subprocess.run(
            [sys.executable, "-m", "services.cli", "demo"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (second.returncode, second.stderr) == (2, REFUSAL)
        process.send_signal(signal.SIGINT)
        assert process.wait(90) == 0, said(tmp_path)
    text = said(tmp_path)
    assert "Traceback" not in text
    assert text.rstrip().endswith("Ended; nothing is left running.")
    assert len(children) >= 6
    assert all(is_gone(entry) for entry in children)


def test_moods_are_played_before_real_processes_and_compared(tmp_path):
    """Exit status 0 says that what was seen is what was expected; days go by in seconds."""
    with demonstration(tmp_path, "--once", "--moods", "lag", "replayed-day") as process:
        assert process.wait(600) == 0, said(tmp_path)
    text = said(tmp_path)
    assert "2 of 2 moods brought what they should." in text
    assert "≠" not in text
    assert text.count("source.drifted 5 pages or more") == 2
    assert text.rstrip().endswith("Ended; nothing is left running.")
    assert "Traceback" not in text + (tmp_path / FOLDER / "dateline.log").read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--moods", "sulking"], "There is no mood 'sulking'; the moods are lying-etag, lag,"),
        (["lag"], "'lag' is a mood: say `dateline demo --moods lag`."),
    ],
)
def test_a_mood_that_is_none_is_refused_before_anything_starts(tmp_path, arguments, sentence):
    with demonstration(tmp_path, *arguments) as process:
        assert process.wait(120) == 2
    assert sentence in said(tmp_path)
    assert not (tmp_path / FOLDER).exists()
