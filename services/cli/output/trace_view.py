"""The way of each article through the services, read off the log: one canonical line for each message."""

import json
from dataclasses import dataclass, field
from pathlib import Path

STEPS = {"FetchPage": "fetched", "ParsePage": "parsed", "SaveArticle": "stored"}


@dataclass
class Trace:
    """What the log tells of one address: the steps it has made, and the milliseconds each took."""

    headline: str = ""
    steps: dict[str, float] = field(default_factory=dict)


class TraceLog:
    """Follows a log that is being written."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._place = 0
        self._ways: dict[str, Trace] = {}

    def of(self, url: str) -> Trace:
        """The way of this address, as far as the log tells by now."""
        self._read_on()
        return self._ways.get(url, Trace())

    def forget(self, url: str) -> None:
        """Begins this address's way anew."""
        self._read_on()
        self._ways.pop(url, None)

    def _read_on(self) -> None:
        with self._log.open("rb") as log:
            log.seek(self._place)
            for line in log:
                if not line.endswith(b"\n"):
                    break  # it is being written
                self._place += len(line)
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            report = json.loads(line)
        except ValueError:
            return  # a library's own words
        step = STEPS.get(report.get("kind", ""))
        if (
            report.get("event") != "handled"
            or report.get("outcome") != "completed"
            or step is None
            or "url" not in report
        ):
            return
        way = self._ways.setdefault(report["url"], Trace())
        way.steps[step] = report["ms"]
        way.headline = report.get("headline", way.headline)
