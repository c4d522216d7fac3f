"""A page explained in a process of its own: one that was built to hurt has hurt nobody when the process is ended.

`python -m services.parser.alone` reads a line of JSON, with the page's url and content type, and then the page; it
prints the explanation, or ends with another status than 0.
"""

import json
import resource
import subprocess
import sys

from pydantic import BaseModel

from services.contracts.article import Reading
from services.parser.extract import read

SECONDS = 20
MEMORY = 1_000_000_000
LINES = 10_000
"""What one page may take: of the clock, of bytes, and of lines that somebody is to look at."""


class LineView(BaseModel):
    """A line of the page: `rule` names what took it out of the article's body, null keeps it in."""

    text: str
    rule: str | None


class Explanation(BaseModel):
    """Every line of the page's main region in order, and what the parser of today reads from them."""

    lines: list[LineView]
    reading: Reading


def explained(body: bytes, *, url: str, content_type: str | None) -> bytes | None:
    """The `Explanation` as JSON; None for a page that takes more than it may. It takes a process, and blocks for it."""
    about = json.dumps({"url": url, "content_type": content_type}).encode()
    command = [sys.executable, "-m", __name__]
    given = about + b"\n" + body
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our own words
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def main() -> None:
    """One page, under limits that the system sees to: nobody need be there to end what goes on for ever."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    about = json.loads(sys.stdin.buffer.readline())
    reading, lines = read(sys.stdin.buffer.read(), url=about["url"], content_type=about["content_type"])
    if len(lines) > LINES:
        sys.exit(1)
    shown = [LineView(text=line.text, rule=line.rule) for line in lines]
    sys.stdout.buffer.write(Explanation(lines=shown, reading=reading).model_dump_json().encode())


if __name__ == "__main__":
    main()
