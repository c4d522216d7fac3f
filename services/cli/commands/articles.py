"""`dateline articles`: search them, read one, see every wording it had, and what became of each line of its page.

Exit status: 0 when something was found, 1 when nothing was, 2 when it was not understood or there is no such article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, cell, display, error, print_json, show, show_facts, show_text
from services.cli.parsing import After, Since, Until, parse_cursor
from services.contracts.article import Article, ArticleKind
from services.contracts.errors import UserError

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlmodel import Session

    from services.store.excerpt import Piece
    from services.store.views import ArticleLine, RevisionView

app = group("Articles: search them, read one, see how it was and why it reads so.", cls=ListsByDefault)

LISTING = "articles/published"
"""What the cursors of the list are good for; the API's are the same."""
AROUND = 25
"""Letters before the first hit that a table shows; after it, twice as many."""

Id = Annotated[str, typer.Argument(metavar="ID", help="The article's id, as the list shows it.")]
Revision = Annotated[int | None, typer.Option(min=1, max=2**31 - 1, help="This wording; the current one by default.")]
Source = Annotated[str | None, typer.Option(help="Of this source.")]
Kind = Annotated[ArticleKind | None, typer.Option(help="Of this kind.")]


@app.command("list")
def list_articles(
    words: Annotated[
        list[str] | None, typer.Argument(help='Words that are all in it; "a phrase"; -without, after --.')
    ] = None,
    source: Source = None,
    kind: Kind = None,
    tag: Annotated[str | None, typer.Option(help="With this tag.")] = None,
    virin: Annotated[str | None, typer.Option(help="With this picture.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 20,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Lists the articles that say these words, or all, the latest published first."""
    from services.runtime.database import reading
    from services.runtime.web import cursor, page
    from services.store.fulltext import excerpts
    from services.store.search import Wanted, find_articles, place_of

    q = " ".join(words or ()) or None
    wanted = Wanted(source=source, kind=kind, q=q, tag=tag, virin=virin, since=since, until=until)
    with reading() as session:
        found = find_articles(session, wanted, limit, parse_cursor(LISTING, after, datetime, str))
        rows, following = page(found, limit, lambda row: cursor(LISTING, *place_of(wanted, row)))
        excerpts_of = excerpts(session, q, [row.id for row in rows]) if q else {}
    shown = [_found(row, excerpts_of.get(row.id)) for row in rows]
    if as_json:
        print_json({"articles": shown, "next": following})
    elif shown:
        columns = ("id", "published", "source", "headline", *(("says",) if q else ()))
        show(Listing(columns, [_line(each) for each in shown]))
        if following:
            error("There are more: raise --limit, or say --until when.")
    if not shown:
        error("No article is like that." if wanted != Wanted() else "There are no articles yet.")
        raise typer.Exit(1)


@app.command("show")
def show_article(article: Id, revision: Revision = None, as_json: AsJson = False) -> None:
    """Shows the clean article, as it stands or as it stood in a revision."""
    from services.cli.output.article_view import print_article
    from services.runtime.database import reading
    from services.store.views import article_view

    with reading() as session:
        row = _known(session, article)
        one = _revision(session, article, revision) if revision else None
    view = _in_full(one) if one else None
    whole = article_view(row, Article.model_validate_json(row.reading))
    if as_json:
        print_json(view or whole)
        return
    print_article(view.article if view else whole)
    typer.echo()
    shown = f"{view.number if view else row.revision} of {row.revisions}"
    show_facts({"address": whole.url, "source": whole.source, "revision": shown, "id": article})


@app.command()
def history(
    article: Id,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many wordings at most.")] = 10,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Shows every wording the article had, the latest first, with the words that each changed."""
    from services.runtime.database import reading
    from services.runtime.web import cursor, page
    from services.store.search import find_revisions

    listing = f"revisions/{article}"
    with reading() as session:
        _known(session, article)
        found = find_revisions(session, article, limit, parse_cursor(listing, after, datetime, int))
    rows, following = page(found, limit, lambda row: cursor(listing, row.fetched_at, row.number))
    told = [_wording(one, older) for one, older in zip(rows, [*found[1:], None], strict=False)]
    if as_json:
        print_json({"article": article, "revisions": told, "next": following})
        return
    for one in told:
        _show_wording(one)
    if following:
        error("There are more: raise --limit.")


@app.command("explain")
def explain_article(article: Id, revision: Revision = None, as_json: AsJson = False) -> None:
    """Shows each line of the captured page, and the rule that took it out, as the parser of today reads it."""
    from services.parser.explain import explain
    from services.parser.explained import Explanation, explained_lines
    from services.parser.extract import parse
    from services.runtime import archive
    from services.runtime.database import reading

    with reading() as session:
        row = _known(session, article)
        name = _revision(session, article, revision or row.revision).capture
    kept = archive.load(name)
    read_now, parsed = parse(kept.body, url=kept.url, content_type=kept.content_type)
    lines = list(explained_lines(read_now, parsed))
    if as_json:
        print_json(Explanation(lines=lines, reading=read_now))
    else:
        display(explain(read_now, lines))


def _known(session: Session, article: str) -> Row[Any]:
    from services.store.search import find_article

    row = find_article(session, article)
    if row is None:
        raise UserError(f"There is no article {article!r}; `dateline articles` lists those there are.")
    return row


def _revision(session: Session, article: str, number: int) -> Row[Any]:
    from services.store.search import find_revision

    row = find_revision(session, article, number)
    if row is None:
        raise UserError(f"The article has no revision {number}; `dateline articles history {article}` lists its own.")
    return row


def _in_full(row: Row[Any]) -> RevisionView:
    from services.store.views import RevisionView

    return RevisionView(**_about(row), article=Article.model_validate_json(row.reading))


def _about(row: Row[Any]) -> dict[str, Any]:
    from services.store.views import RevisionLine

    return RevisionLine.model_validate(row).model_dump()


def _found(row: Row[Any], said: list[Piece] | None) -> ArticleLine:
    from services.store.views import ArticleLine

    return ArticleLine.model_validate(row).model_copy(update={"excerpt": said})


def _line(article: ArticleLine) -> Sequence[str]:
    published = (article.published_at or "")[: len("2026-11-22")]
    says = [] if article.excerpt is None else [_around_the_hit(article.excerpt)]
    return (article.id, published, article.source, article.headline, *says)


def _around_the_hit(excerpt: Sequence[Piece]) -> str:
    """As much of an excerpt as a table can hold."""
    before = "".join(piece.text for piece in takewhile(lambda piece: not piece.hit, excerpt))
    whole = "".join(piece.text for piece in excerpt)
    begin, end = max(0, len(before) - AROUND), len(before) + 2 * AROUND
    return f"{'…' if begin else ''}{whole[begin:end]}{'…' if end < len(whole) else ''}"


def _wording(row: Row[Any], older: Row[Any] | None) -> dict[str, Any]:
    """A revision, and what it changed against the one that an older capture gave; nothing of the oldest."""
    from services.desk.word_diff import paragraph_changes
    from services.store import wording

    if older is None:
        return {**_about(row), "against": None, "changed": [], "fields": {}, "paragraphs": []}
    before, now = (Article.model_validate_json(each.reading) for each in (older, row))
    changed = wording.differences(before, now)
    fields = {name: [getattr(before, name), getattr(now, name)] for name in changed if name not in {"body", "images"}}
    return {
        **_about(row),
        "against": older.number,
        "changed": changed,
        "fields": fields,
        "paragraphs": paragraph_changes(_texts(before), _texts(now)),
    }


def _texts(article: Article) -> list[str]:
    return [*(block.text for block in article.body), *(image.caption for image in article.images if image.caption)]


def _show_wording(told: Mapping[str, Any]) -> None:
    from rich.text import Text

    from services.cli.output.article_view import show_changes

    current = ", current" if told["current"] else ""
    facts = f"captured {cell(told['fetched_at'])}, {told['cause']}, parser {told['parser']}"
    show_text(Text(f"revision {told['number']}{current}: {facts}", "bold"))
    if told["against"] is None:
        show_text(Text("  the oldest", "dim"))
        return
    for name, (before, now) in told["fields"].items():
        show_text(Text(f"  {name.replace('_', ' ')}: {_said(before)} → {_said(now)}"))
    show_changes(told["paragraphs"])


def _said(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(each.name for each in value) or "none"
    return str(value or "none")
