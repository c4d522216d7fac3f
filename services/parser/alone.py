"""Reads a page in a process of its own, so that one that was built to hurt ends that process and no other.

`python -m services.parser.alone` reads a line of JSON, with the page's url, content type, time and title,
and then the page; it prints the explanation, or ends with another status than 0.
"""

import json
import resource
import subprocess
import sys
from datetime import datetime

from services.contracts.article import Reading
from services.contracts.errors import DatelineError
from services.parser.explained import Explanation, explained_lines
from services.parser.extract import parse
from services.parser.layouts import LEARNED
from services.parser.limits import limited, too_costly
from services.parser.site_profile import SiteProfile

SECONDS = 60
MEMORY = 1_000_000_000
LINES = 10_000
"""What one page may take: of the clock, of bytes, and of lines that somebody is to look at."""
NO_MEMORY, TOO_LONG = 3, 4
"""Exit statuses: the memory, or the lines, were not enough."""


class NotRead(DatelineError):  # noqa: N818 - named for what happened
    """The page was not read, and it is not the page's fault: the machine is busy, or the parser is broken."""


def explained(
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    now: datetime | None = None,
    profile: SiteProfile | None = None,
) -> bytes | None:
    """The `Explanation` as JSON; None for a page that takes more than it may. It takes a process, and blocks for it."""
    try:
        done = _run("explain", body, url, content_type, now, profile=profile)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def read_alone(
    body: bytes,
    *,
    url: str | None,
    content_type: str | None,
    now: datetime | None = None,
    title: str | None = None,
    profile: SiteProfile | None = None,
) -> Reading:
    """The reading; of a page that costs more than it may, or that breaks what reads it, the verdict `too_costly`.

    Raises:
        NotRead: nothing can be said of the page.

    """
    try:
        done = _run("read", body, url, content_type, now, title, profile)
    except subprocess.TimeoutExpired:
        raise NotRead(f"The machine is too busy to read a page within {SECONDS} s.") from None
    if done.returncode == 0:
        return Explanation.model_validate_json(done.stdout).reading
    if done.returncode < 0 or done.returncode == NO_MEMORY:
        return too_costly()
    raise NotRead(
        done.stderr.decode(errors="replace").strip().rpartition("\n")[2] or "The parser ended without a word."
    )


def _run(
    what: str,
    body: bytes,
    url: str | None,
    content_type: str | None,
    now: datetime | None,
    title: str | None = None,
    profile: SiteProfile | None = None,
) -> subprocess.CompletedProcess[bytes]:
    fields = {"url": url, "content_type": content_type, "now": now and now.isoformat(), "title": title}
    fields["profile"] = profile.to_json() if profile else None
    about = json.dumps(fields).encode()
    command = [sys.executable, "-m", __name__, what]
    return subprocess.run(command, input=about + b"\n" + body, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our own words


def main(what: str) -> None:
    """One page, under limits that the system sees to: nobody need be there to end what goes on for ever."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    about = json.loads(sys.stdin.buffer.readline())
    now = datetime.fromisoformat(about["now"]) if about["now"] else None
    profile = SiteProfile.from_json(about["profile"]) if about["profile"] else None
    body = sys.stdin.buffer.read()
    try:
        with limited():
            reading, parsed = parse(
                body,
                url=about["url"],
                content_type=about["content_type"],
                now=now,
                title=about["title"],
                profile=profile,
            )
            shown = list(explained_lines(reading, parsed)) if what == "explain" else []
    except MemoryError:
        sys.exit(NO_MEMORY)
    if len(shown) > LINES:
        sys.exit(TOO_LONG)
    digest = profile.digest if profile and reading.layout in LEARNED else None
    sys.stdout.buffer.write(Explanation(lines=shown, reading=reading, profile=digest).model_dump_json().encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
