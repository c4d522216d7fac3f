"""Articles: search them, read one, see how it came to read so."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import groupby
from operator import itemgetter
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from services.contracts.article import ArticleKind, ArticleStatus
from services.contracts.changes import GRADES
from services.desk.api_client import Api, Refused
from services.desk.list_links import DEFAULTS, chips, list_addresses, orders, subscription
from services.desk.signed_in import Form, SignedIn
from services.desk.word_diff import paragraph_changes

router = APIRouter(prefix="/articles")

KINDS = get_args(ArticleKind)
STATUSES = get_args(ArticleStatus)
FIELDS = ("headline", "dek", "dateline", "published_at", "kind")
"""Of an article, what is compared beside its text."""
FEEDS = {"Atom": ("articles.atom", "application/atom+xml"), "JSON Feed": ("articles.json", "application/feed+json")}
FOLLOWED = ("source", "kind", "q", "tag", "virin", "status", "min_grade")
"""Of a search, what its feed asks for too: a feed tells what comes, of whatever date."""
EMPTY: Mapping[str, Any] = {"count": None, "more": True, "search": {}}
"""What is known of a search that was a mistake."""


@router.get("")
async def search(
    visit: SignedIn,
    *,
    q: str = "",
    source: str = "",
    kind: str = "",
    since: str = "",
    until: str = "",
    tag: str = "",
    virin: str = "",
    status: str = "",
    min_grade: str = "",
    by: str = "published",
    order: str = "newest",
    after: str = "",
    before: str = "",
) -> Response:
    fields = {"q": q, "source": source, "kind": kind, "since": since, "until": until, "tag": tag, "virin": virin}
    fields |= {"status": status, "min_grade": min_grade}
    match = await visit.api.search("/articles", **fields, by=by, order=order, after=after, before=before)
    total: Mapping[str, Any] = EMPTY if match.trouble else await visit.api.get("/articles/count", **fields, by=by)
    sorting = {"by": by, "order": order}
    active = {name: value for name, value in (fields | sorting).items() if value and value != DEFAULTS.get(name)}
    return visit.page(
        "articles.html",
        asked=fields,
        sorting=sorting,
        address=list_addresses(visit.base, active, match.previous, match.following),
        is_first=not match.previous,
        chips=chips(visit.base, active),
        orders=orders(visit.base, active),
        feeds=_feeds(fields),
        subscription=subscription(total["search"]),
        articles=match.rows,
        total=total,
        trouble=match.trouble,
        sources=await visit.api.source_names(),
        kinds=KINDS,
        statuses=STATUSES,
        grades=GRADES,
    )


@router.get("/{article}")
async def read(visit: SignedIn, article: str) -> Response:
    try:
        entry = await visit.api.get(f"/articles/{article}")
    except Refused as refusal:
        if refusal.status != HTTPStatus.GONE:
            raise
        return visit.page("withdrawn.html", HTTPStatus.GONE, article=article, why=str(refusal))
    return visit.page("article.html", article=entry, runs=list(_runs(entry["body"])), tab="read")


@router.get("/{article}/history")
async def history(visit: SignedIn, article: str, number: Annotated[int | None, Query(ge=1)] = None) -> Response:
    entry = await visit.api.get(f"/articles/{article}")
    listed = (await visit.api.get(f"/articles/{article}/revisions", limit=200))["revisions"]
    shown = number or entry["revision"]
    now = await visit.api.get(f"/articles/{article}/revisions/{shown}")
    before = await _before(visit.api, article, listed, now)
    # To compare may take seconds, in which others want answers.
    paragraphs = await run_in_threadpool(paragraph_changes, _texts(before), _texts(now)) if before else []
    return visit.page(
        "history.html",
        article=entry,
        revisions=listed,
        now=now,
        before=before,
        paragraphs=paragraphs,
        fields=_fields(before, now) if before else [],
        change=await _change(visit.api, article, before, now) if before else None,
        tab="history",
    )


@router.get("/{article}/explain")
async def explain(visit: SignedIn, article: str, number: Annotated[int | None, Query(ge=1)] = None) -> Response:
    record = await visit.api.get(f"/articles/{article}")
    revision = await visit.api.get(f"/articles/{article}/revisions/{number or record['revision']}")
    entry = await visit.api.get(f"/captures/{revision['capture']}/explanation")
    return visit.page(
        "explain.html",
        article=record,
        revision=revision,
        runs=list(_runs(entry["reading"].get("body", ()))),
        reading=entry["reading"],
        lines=[
            (state, list(run))
            for state, run in groupby(entry["lines"], key=itemgetter("state", "rule", "field", "kind"))
        ],
        counts=Counter(line["state"] for line in entry["lines"]),
        rules=entry["rules"],
        tab="explain",
    )


@router.get("/{article}/provenance")
async def provenance(visit: SignedIn, article: str) -> Response:
    record = await visit.api.get(f"/articles/{article}")
    listed = (await visit.api.get(f"/articles/{article}/revisions", limit=20))["revisions"]
    captures = {entry["capture"]: await _capture(visit.api, entry["capture"]) for entry in listed}
    shown = (await visit.api.get(f"/articles/{article}/evidence"))["evidence"]
    return visit.page(
        "provenance.html",
        article=record,
        revisions=listed,
        captures=captures,
        evidence=shown,
        proof=await _proof_state(visit.api, article),
        tab="provenance",
    )


@router.get("/{article}/events")
async def events(visit: SignedIn, article: str) -> Response:
    record = await visit.api.get(f"/articles/{article}")
    listed = (await visit.api.get(f"/articles/{article}/events"))["events"]
    sent = None
    if visit.caller.may("subscribe"):
        sent = (await visit.api.get("/webhooks/deliveries", article=article))["deliveries"]
    return visit.page("events.html", article=record, events=listed, deliveries=sent, tab="events")


@router.get("/{article}/json")
async def as_json(visit: SignedIn, article: str) -> Response:
    return visit.api.passed_on(f"/articles/{article}")


@router.get("/captures/{name}/warc")
async def warc(visit: SignedIn, name: str) -> Response:
    return visit.api.passed_on(f"/captures/{name}/warc")


@router.post("/{article}/reingest")
async def reingest(visit: SignedIn, article: str, form: Form) -> Response:
    order = {
        "scope": {"articles": [article]},
        "mode": form.get("mode", "reparse"),
        "dry_run": "dry_run" in form,
        "reason": form.get("reason") or "From the article's page at the desk",
    }
    made = await visit.api.order("POST", "/admin/reingestions", order)
    return visit.leads(f"/reingestions/{made['id']}", "Ordered. Its progress is shown here.")


@router.post("/{article}/withdraw")
async def withdraw(visit: SignedIn, article: str, form: Form) -> Response:
    return await _ordered(visit, article, f"/admin/withdrawals/{article}", {"reason": form.get("reason", "")})


@router.post("/{article}/restore")
async def show_again(visit: SignedIn, article: str, form: Form) -> Response:
    return await _ordered(visit, article, f"/admin/withdrawals/{article}/restore", {"reason": form.get("reason", "")})


@router.post("/{article}/erase")
async def erase(visit: SignedIn, article: str, form: Form) -> Response:
    words = {"reason": form.get("reason", ""), "confirm": form.get("confirm", "").strip()}
    return await _ordered(visit, article, f"/admin/withdrawals/{article}/erase", words)


async def _ordered(visit: SignedIn, article: str, path: str, words: Mapping[str, str]) -> Response:
    """What became of an order about this article, told on its page."""
    try:
        await visit.api.order("POST", path, words)
    except Refused as refusal:
        return visit.leads(f"/articles/{article}", f"Not done: {refusal.sentence}")
    return visit.leads(f"/articles/{article}", "Done; the audit log says so.")


def _runs(blocks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """Neighbours of one kind together, so that the entries of a list become one list."""
    for kind, run in groupby(blocks, key=lambda block: str(block["kind"])):
        yield kind, [block["text"] for block in run]


def _texts(revision: Mapping[str, Any]) -> list[str]:
    article = revision["article"]
    return [*(block["text"] for block in article["body"]), *(i["caption"] for i in article["images"] if i["caption"])]


def _fields(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    both = [(name, before["article"][name], now["article"][name]) for name in FIELDS]
    return [(name, old or "–", new or "–") for name, old, new in both if old != new]


async def _change(
    api: Api, article: str, before: Mapping[str, Any], now: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """How much the later wording changed, and which facts; None where a reader sees no difference."""
    between = {"from": before["number"], "to": now["number"]}
    change: Mapping[str, Any] | None = (await api.get(f"/articles/{article}/diff", **between))["change"]
    return change


async def _before(
    api: Api, article: str, listed: Sequence[Mapping[str, Any]], now: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """The wording that an older capture gave, to compare with; None for the oldest."""
    numbers = [entry["number"] for entry in listed]
    older = numbers[numbers.index(now["number"]) + 1 :] if now["number"] in numbers else []
    return await api.get(f"/articles/{article}/revisions/{older[0]}") if older else None


async def _capture(api: Api, name: str) -> Mapping[str, Any]:
    try:
        entry: Mapping[str, Any] = await api.get(f"/captures/{name}")
    except Refused as refused:  # that there is none to see is what the page is to say
        return {"elsewhere": refused.status == HTTPStatus.SERVICE_UNAVAILABLE, "trouble": str(refused)}
    return entry


async def _proof_state(api: Api, article: str) -> Mapping[str, Any]:
    """Whether there is a proof yet; of an article that the log says nothing of there is none."""
    try:
        state: Mapping[str, Any] = await api.get(f"/log/proofs/{article}/state")
    except Refused:
        return {"provable": False, "next_at": None}
    return state


def _feeds(asked: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The feeds of this search: name, type and address, which leads from the list of articles out of the desk."""
    text = urlencode({name: asked[name] for name in FOLLOWED if asked[name]})
    return [(name, kind, f"../feeds/{file}{text and '?'}{text}") for name, (file, kind) in FEEDS.items()]
