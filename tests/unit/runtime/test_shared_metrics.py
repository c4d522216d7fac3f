"""Metrics of several processes, each of which writes a file of its own."""

import subprocess
import sys

FORKED = """
import os

from prometheus_client import Counter

from services.runtime import metrics

metrics.share(afresh=True)
FIRST = Counter("first", "Made before the fork.")
if not (child := os.fork()):
    metrics.share()
    for kind in ("a", "b", "c"):
        metrics.HANDLED.labels(kind, "completed").inc()
        FIRST.inc(361187)
    os._exit(0)
os.waitpid(child, 0)
print(metrics.exposition().decode())
"""


def test_a_forked_process_counts_on_what_was_made_before_the_fork(tmp_path):
    """Its file has one writer, and everything it counted is shown."""
    ran = subprocess.run(
        [sys.executable, "-c", FORKED],
        env={"DATELINE_STATE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    shown = ran.stdout.splitlines()
    assert "first_total 1.083561e+06" in shown
    for kind in ("a", "b", "c"):
        assert f'dateline_handled_total{{kind="{kind}",outcome="completed"}} 1.0' in shown
