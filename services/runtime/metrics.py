"""Metrics of all processes of a machine, added up in one folder and shown by the web app at /metrics."""

import os
import shutil
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess, values
from prometheus_client.core import Metric

from services.runtime.metric_files import ReservedDict
from services.runtime.settings import runtime_settings

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_shared: dict[str, object] = {}
"""The values that this process, or the one it was forked from, shares in a folder."""

HANDLED = Counter("dateline_handled_total", "Messages handled, each counted once by its outcome.", ["kind", "outcome"])
SECONDS = Histogram(
    "dateline_handling_seconds",
    "From claim to the end of the handling.",
    ["kind"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
WAKE_UPS = Counter(
    "dateline_wake_ups_total", "Wake-ups through Celery; a lost one costs a sweep, never a message.", ["outcome"]
)


def share(*, afresh: bool = False) -> None:
    """Adds this process's counts to those of the machine's other processes; called before anything is counted.

    `afresh`: forgets what processes before us have counted, whose files would only grow in number.

    The file names carry host and process, so that containers may share the folder. A process that was forked from one
    that shares goes on with its values, which find out by themselves: two writers would spoil one file.
    """
    settings = runtime_settings()
    folder = settings.metrics or settings.state / "metrics"
    if not afresh and values.ValueClass is _shared.get(str(folder.absolute())):
        return
    if afresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[_FOLDER] = str(folder.absolute())
    values.MmapedDict = ReservedDict  # type: ignore[attr-defined] # the library has no other hook
    host = socket.gethostname().replace("_", "-")
    values.ValueClass = values.MultiProcessValue(  # type: ignore[no-untyped-call] # the library's own hook has no types
        lambda: f"{host}-{os.getpid()}"
    )
    _shared[os.environ[_FOLDER]] = values.ValueClass


def exposition(gauges: Iterable[Metric] = ()) -> bytes:
    """What Prometheus reads: these gauges, and the counts of all processes that share the folder, or our own."""
    if _FOLDER not in os.environ:
        return generate_latest() + _shown(gauges)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, path=os.environ[_FOLDER])  # type: ignore[no-untyped-call]
    return generate_latest(registry) + _shown(gauges)


def _shown(gauges: Iterable[Metric]) -> bytes:
    return generate_latest(_Taken(gauges))


@dataclass(frozen=True)
class _Taken:
    gauges: Iterable[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.gauges
