"""`dateline articles`: search them, read one, see every wording it had, and what became of each line of its page.

Exit status: 0 when something was found, 1 when nothing was, 2 when it was not understood or there is no such article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile, zip_longest
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import client
from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import (
    AsJson,
    Listing,
    cell,
    display,
    error,
    exact_time,
    print_json,
    show,
    show_facts,
    show_text,
    tell,
)
from services.cli.parsing import After, Since, Until
from services.contracts.article import Article, ArticleKind, ArticleStatus
from services.contracts.changes import Grade

if TYPE_CHECKING:
    from services.store.excerpt import Piece
    from services.store.views import ArticleLine, RevisionView

app = group("Articles: search them, read one, see how it was and why it reads so.", cls=ListsByDefault)

AROUND = 25
"""Letters before the first hit that a table shows; after it, twice as many."""

Id = Annotated[str, typer.Argument(metavar="ID", help="The article's id, as the list shows it.")]
Revision = Annotated[int | None, typer.Option(min=1, max=2**31 - 1, help="This wording, by default the current one.")]
WhyOrdered = Annotated[str, typer.Option("--reason", help="Why; readers are shown it, and the audit log keeps it.")]
Source = Annotated[str | None, typer.Option(help="Of this source.")]
Kind = Annotated[ArticleKind | None, typer.Option(help="Of this kind.")]


@app.command("list")
def list_articles(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help='Words that are all in it; "a phrase"; -without, after --; title:storm, source:war and so on.'
        ),
    ] = None,
    source: Source = None,
    kind: Kind = None,
    tag: Annotated[str | None, typer.Option(help="With this tag.")] = None,
    virin: Annotated[str | None, typer.Option(help="With this picture.")] = None,
    status: Annotated[ArticleStatus | None, typer.Option(help="Of whose page this became.")] = None,
    min_grade: Annotated[
        Grade | None, typer.Option(help="Changed since it was published, by so much at least.")
    ] = None,
    same_story: Annotated[str | None, typer.Option(help="That tell the story of this article, by id.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 20,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Lists the articles that say these words, or all, the latest published first."""
    from services.store.views import ArticleLine

    chosen: dict[str, Any] = {"source": source, "kind": kind, "q": " ".join(words or ()), "tag": tag, "virin": virin}
    chosen |= {"since": since, "until": until, "status": status, "same_story": same_story}
    chosen |= {"min_grade": min_grade}
    rows, following = client.listed("/articles", "articles", limit, after=after, **chosen)
    if as_json:
        print_json({"articles": rows, "next": following})
    elif rows:
        columns = ("id", "published", "source", "headline", *(("says",) if chosen["q"] else ()))
        show(Listing(columns, [_line(ArticleLine.model_validate(row)) for row in rows]))
        if following:
            error("There are more: raise --limit, or say --until when.")
    if not rows:
        client.refuse_unknown_source(source)
        error("No article is like that." if any(chosen.values()) else "There are no articles yet.")
        raise typer.Exit(1)


@app.command("show")
def show_article(article: Id, revision: Revision = None, as_json: AsJson = False) -> None:
    """Shows the clean article, as it stands or as it stood in a revision."""
    from services.cli.output.article_view import print_article

    whole = client.get(f"/articles/{article}", _unknown(article))
    view = _revision(article, revision) if revision else None
    if as_json:
        print_json(view or whole)
        return
    print_article(Article.model_validate((view or {"article": whole})["article"]))
    typer.echo()
    current = whole["revision"]
    shown = current if not view or view["current"] else f"{view['number']}; the current one is {current}"
    facts = {"address": whole["url"], "source": whole["source"], "status": _standing(whole), "revision": shown}
    show_facts(facts | {"id": article})


@app.command()
def history(
    article: Id,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many wordings at most.")] = 10,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Shows every wording the article had, the latest first, with the words that each changed."""
    from services.store.views import RevisionView

    path = f"/articles/{article}/revisions"
    rows, following = client.listed(path, "revisions", limit, _unknown(article), after=after)
    older = client.listed(path, "revisions", 1, after=following).rows if following else []
    revisions = [RevisionView.model_validate(_revision(article, row["number"])) for row in (*rows, *older)]
    shown = [_wording(member, before) for member, before in zip_longest(revisions[: len(rows)], revisions[1:])]
    if as_json:
        print_json({"article": article, "revisions": shown, "next": following})
        return
    for entry in shown:
        _show_wording(entry)
    if following:
        error("There are more: raise --limit.")


@app.command("files")
def list_files(article: Id, as_json: AsJson = False) -> None:
    """Lists the attachments and pictures that are kept of the article, with each version."""
    from services.store.attachments.api import Attachments

    answer = client.get(f"/articles/{article}/attachments", _unknown(article))
    views = Attachments.model_validate(answer).attachments
    rows: list[tuple[object, ...]] = [
        (view.kind, version.fetched_at, version.size, version.digest[:12], view.url)
        for view in views
        for version in view.versions
    ]
    rows += [(view.kind, None, None, view.detail, view.url) for view in views if not view.versions]
    if as_json:
        print_json(answer)
    elif rows:
        show(Listing(("kind", "since", "bytes", "digest", "address"), rows))
    if not rows:
        error("No file of this article is kept; `files` of its source says what is.")
        raise typer.Exit(1)


@app.command("explain")
def explain_article(article: Id, revision: Revision = None, as_json: AsJson = False) -> None:
    """Shows each line of the captured page, what it became and by which rule, as the parser of today reads it."""
    from services.parser.explain import explain
    from services.parser.explained import Explanation

    whole = client.get(f"/articles/{article}", _unknown(article))
    capture = _revision(article, revision or whole["revision"])["capture"]
    explanation = client.get(f"/captures/{capture}/explanation")
    if as_json:
        print_json(explanation)
    else:
        understood = Explanation.model_validate(explanation)
        display(explain(understood.reading, understood.lines))


@app.command("withdraw")
def withdraw_article(article: Id, reason: WhyOrdered, as_json: AsJson = False) -> None:
    """Hides an article everywhere, until it is restored. Those who were sent it are told."""
    client.order("POST", f"/admin/withdrawals/{article}", {"reason": reason})
    _done(article, "withdrawn", f"`dateline articles restore {article}` shows it again", as_json=as_json)


@app.command("restore")
def restore_article(article: Id, reason: WhyOrdered, as_json: AsJson = False) -> None:
    """Shows a withdrawn article again."""
    client.order("POST", f"/admin/withdrawals/{article}/restore", {"reason": reason})
    _done(article, "restored", "lists and feeds show it again", as_json=as_json)


@app.command("erase")
def erase_article(
    article: Id,
    reason: WhyOrdered,
    confirm: Annotated[str | None, typer.Option(help="The article's id once more: nothing brings it back.")] = None,
    as_json: AsJson = False,
) -> None:
    """Overwrites every word of an article, for good: in revisions, search, events and captures."""
    confirm = confirm or typer.prompt(f"Nothing brings it back. Type {article} to erase it")
    client.order("POST", f"/admin/withdrawals/{article}/erase", {"reason": reason, "confirm": confirm})
    _done(article, "erased", "backups from before still hold it, as docs/record.md says", as_json=as_json)


def _done(article: str, state: str, advice: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"article": article, "state": state})
    else:
        tell(f"{article} is {state}; {advice}.")


def _revision(article: str, number: int) -> dict[str, Any]:
    advice = f"The article has no revision {number}; `dateline articles history {article}` lists its own."
    revision: dict[str, Any] = client.get(f"/articles/{article}/revisions/{number}", {404: advice})
    return revision


def _unknown(article: str) -> dict[int, str]:
    return {404: f"There is no article {article!r}; `dateline articles` lists those there are."}


def _standing(article: Mapping[str, Any]) -> str:
    if (since := article["status_since"]) is None:
        return str(article["status"])
    looks = f" ({article['status_looks']} looks)" if article["status_looks"] else ""
    return f"{article['status']} since {cell(since)}{looks}"


def _line(article: ArticleLine) -> Sequence[str]:
    published = (article.published_at or "")[: len("2026-11-22")]
    says = [] if article.excerpt is None else [_around_the_hit(article.excerpt)]
    headline = article.headline if article.status == "live" else f"[{article.status}] {article.headline}"
    return (article.id, published, article.source, headline, *says)


def _around_the_hit(excerpt: Sequence[Piece]) -> str:
    """As much of an excerpt as a table can hold."""
    before = "".join(piece.text for piece in takewhile(lambda piece: not piece.hit, excerpt))
    whole = "".join(piece.text for piece in excerpt)
    begin, end = max(0, len(before) - AROUND), len(before) + 2 * AROUND
    return f"{'…' if begin else ''}{whole[begin:end]}{'…' if end < len(whole) else ''}"


def _wording(now: RevisionView, older: RevisionView | None) -> dict[str, Any]:
    """A revision, and what it changed against the one that an older capture gave; nothing of the oldest."""
    from services.desk.word_diff import paragraph_changes
    from services.store import wording
    from services.store.changes.grade import change_of
    from services.store.views import RevisionLine

    about = RevisionLine.model_validate(now).model_dump()
    if older is None:
        return {
            **about,
            "against": None,
            "changed": [],
            "grade": None,
            "facts": [],
            "fields": {},
            "paragraphs": [],
        }
    changed = wording.differences(older.article, now.article)
    change = change_of(older.article, now.article) if changed else None
    entries = [name for name in changed if name not in {"body", "images"}]
    return {
        **about,
        "against": older.number,
        "changed": changed,
        "grade": change and change.grade,
        "facts": change.facts if change else (),
        "fields": {name: [getattr(entry.article, name) for entry in (older, now)] for name in entries},
        "paragraphs": paragraph_changes(_texts(older.article), _texts(now.article)),
    }


def _texts(article: Article) -> list[str]:
    return [*(block.text for block in article.body), *(image.caption for image in article.images if image.caption)]


def _show_wording(wording: Mapping[str, Any]) -> None:
    from rich.text import Text

    from services.cli.output.article_view import show_changes

    current = ", current" if wording["current"] else ""
    facts = [f"captured {exact_time(wording['fetched_at'])}", wording["cause"], f"parser {wording['parser']}"]
    facts += [_weight(wording["grade"], wording["facts"])] if wording["grade"] else []
    show_text(Text(f"revision {wording['number']}{current}: {', '.join(facts)}", "bold"))
    if wording["against"] is None:
        show_text(Text("  the oldest", "dim"))
        return
    for name, (before, now) in wording["fields"].items():
        show_text(Text(f"  {name.replace('_', ' ')}: {_in_words(before)} → {_in_words(now)}"))
    show_changes(wording["paragraphs"])


def _weight(grade: str, facts: Sequence[str]) -> str:
    return f"{grade} ({', '.join(facts)})" if facts else grade


def _in_words(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(entry.name for entry in value) or "none"
    return str(value or "none")
