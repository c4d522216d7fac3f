"""`dateline parse`: what the parser makes of a page, without storing anything."""

import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.cli.output.files import write_file
from services.cli.output.terminal import AsJson, display, error, print_json
from services.contracts.article import Article
from services.contracts.errors import PermanentError, UserError
from services.contracts.urls import canonical_url

_TYPES = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html"}


def parse(
    page: Annotated[str | None, typer.Argument(help="A file (HTML or text dump), or an address to fetch.")] = None,
    url: Annotated[str | None, typer.Option(help="The address that a file came from.")] = None,
    capture: Annotated[
        str | None, typer.Option(help="The name of a capture of the archive, in place of a page.")
    ] = None,
    as_json: AsJson = False,
    show_why: Annotated[
        bool, typer.Option("--explain", help="Every line of the page, what it became, and by which rule.")
    ] = False,
    whole: Annotated[bool, typer.Option("--whole", help="With --explain: the lines around the article, too.")] = False,
    html: Annotated[
        Path | None, typer.Option(help="Write an HTML page here: the page's lines and the article, side by side.")
    ] = None,
    many: Annotated[
        bool, typer.Option("--batch", help='JSON lines {"path", "url", "fetched_at"} in, JSON lines out.')
    ] = False,
    learns: Annotated[
        bool,
        typer.Option(
            "--learn", help="With --batch: read the input twice, and first learn what the pages of each host share."
        ),
    ] = False,
) -> None:
    """Reads one page and shows the article, or why it is none. Without an article the exit status is 1."""
    from services.cli.output.article_view import print_article
    from services.parser.contract import as_line, batch
    from services.parser.explain import explain
    from services.parser.explained import explained_lines
    from services.parser.extract import parse as parse_page
    from services.parser.learned_batch import learned_batch
    from services.parser.side_by_side import side_by_side
    from services.runtime.database import utcnow

    if many:
        for line in learned_batch(sys.stdin, now=utcnow()) if learns else batch(sys.stdin, now=utcnow()):
            print(line, flush=True)  # noqa: T201 - the output of the command
        return
    if (page is None) is (capture is None):
        raise UserError("Name one file, address or --capture to parse, or pipe requests into --batch.")
    if learns:
        raise UserError("One page tells nothing about its site: give --learn together with --batch.")
    body, address, content_type, now = _capture_of(capture) if capture else (*get_page(page or "", url), utcnow())
    reading, parsed = parse_page(body, url=address, content_type=content_type, now=now)
    if html:
        write_file(html, side_by_side(reading, parsed.lines if parsed else ()))
        error(f"Open {html} in a browser.")
    elif as_json:
        print_json(as_line(reading, address))
    elif show_why:
        display(explain(reading, explained_lines(reading, parsed), outside=whole))
    elif isinstance(reading, Article):
        print_article(reading)
    if not isinstance(reading, Article):
        error(f"No article: {reading.detail} ({reading.reason}; --explain shows the lines.)")
        raise typer.Exit(1)


def get_page(page: str, url: str | None) -> tuple[bytes, str | None, str | None]:
    """Body, address and content type of a file, or of what an address answers; UserError where there is none."""
    from services.fetcher.warc import is_warc

    if page.startswith(("http://", "https://")):
        return _fetch(canonical_url(page))
    path = Path(page)
    try:
        body = path.read_bytes()
    except OSError as trouble:
        raise UserError(f"{path} cannot be read: {trouble.strerror}.") from None
    if is_warc(body):
        raise UserError(f"{path} is a WARC file: `dateline import --dry-run {path}` shows its pages.")
    return body, url, _TYPES.get(path.suffix.lower())


def _capture_of(name: str) -> tuple[bytes, str | None, str | None, datetime]:
    from services.runtime.archive import capture_store

    if not re.fullmatch(r"[0-9a-f]{64}", name):
        raise UserError(
            f"{name!r} names no capture: a name is 64 digits of a SHA-256, as `dateline dead-letters show` tells."
        )
    try:
        retained = capture_store.load(name)
    except PermanentError as damage:
        raise UserError(str(damage)) from None
    address = retained.url if retained.url.startswith(("http://", "https://")) else None
    return retained.body, address, retained.content_type, retained.fetched_at


def _fetch(url: str) -> tuple[bytes, str | None, str | None]:
    from services.fetcher.answers import Fetched, Moved, NotModified
    from services.fetcher.client import get
    from services.fetcher.settings import fetcher_settings
    from services.runtime.database import utcnow
    from services.runtime.egress import egress_settings, open_client

    with open_client(egress_settings()) as client:
        answer = get(client, url, now=utcnow(), limits=fetcher_settings().page_limits)
    match answer:
        case Fetched():
            return answer.body, answer.url, answer.content_type
        case Moved(url=elsewhere):
            raise UserError(f"{url} leads to another host: parse {elsewhere} instead.")
        case NotModified():  # nothing conditional was asked
            raise UserError(f"{url} was answered as if we had asked before; save the page and parse the file.")
    raise UserError(f"{url} could not be fetched. {answer.detail}")
