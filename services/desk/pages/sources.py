"""Sources: how each has been, what a new one would find, and what an operator may ask of it."""

import tomllib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.api_client import Refused
from services.desk.signed_in import Form, SignedIn

router = APIRouter(prefix="/sources")

KINDS = ("feed", "listing", "sitemap")


@router.get("")
async def sources(visit: SignedIn) -> Response:
    return visit.page("sources.html", sources=await visit.api.get("/sources"))


@router.get("/{name}")
async def source(visit: SignedIn, name: str) -> Response:
    return await _show(visit, name)


@router.post("/look")
async def look(visit: SignedIn, form: Form) -> Response:
    order = {"url": form.get("url", "").strip(), "pages": form.get("pages", "").split()}
    try:
        answer = await visit.api.order("POST", "/sources/preview", order)
    except Refused as refusal:
        return _adding(visit, form, trouble=refusal.sentence)
    fields = {"name": _name(answer["url"]), **form, "url": answer["url"], "kind": answer["kind"] or ""}
    return _adding(visit, fields, seen=answer)


@router.post("/examine")
async def examine(visit: SignedIn, form: Form) -> Response:
    try:
        diagnosis = await visit.api.order("POST", "/sources/doctor", {"url": form.get("url", "").strip()})
    except Refused as refusal:
        return _adding(visit, form, trouble=refusal.sentence)
    proposal = tomllib.loads(diagnosis["toml"])["source"][0] if diagnosis["toml"] else {}
    fields = {"url": diagnosis["url"], **{name: proposal.get(name, "") for name in ("name", "title")}}
    fields |= {name: "\n".join(proposal.get(name, ())) for name in ("pages", "hosts")}
    fields["channels"] = "\n".join(f"{entry['kind']} {entry['url']}" for entry in proposal.get("channels", ()))
    return _adding(visit, fields, diagnosis=diagnosis)


@router.post("")
async def add(visit: SignedIn, form: Form) -> Response:
    lines = form.get("channels", "") or f"{form.get('kind', 'feed')} {form.get('url', '').strip()}"
    channels = [{"kind": kind, "url": "".join(url)} for kind, *url in _split(lines)]
    try:
        made = await visit.api.order("POST", "/sources", _seed(form.get("name", ""), form, channels))
    except Refused as refusal:
        return _adding(visit, form, trouble=refusal.sentence)
    return visit.leads(f"/sources/{made['name']}", "Watched from now on; its first look is on its way.")


@router.post("/{name}")
async def change(visit: SignedIn, name: str, form: Form) -> Response:
    known = (await visit.api.get(f"/sources/{name}"))["channels"]
    # What the form does not show stays as it is.
    hidden = {entry["url"]: {"interval": entry["interval"], "senders": entry["senders"]} for entry in known}
    lines = _split(form.get("channels", ""))
    channels = [{"kind": kind, "url": "".join(url), **hidden.get("".join(url), {})} for kind, *url in lines]
    try:
        await visit.api.order("POST", "/sources", _seed(name, form, channels))
    except Refused as refusal:
        return await _show(visit, name, asked=form, trouble=refusal.sentence)
    return visit.leads(f"/sources/{name}", "Changed. What a channel brought stays, also when it is no longer watched.")


@router.post("/{name}/poll")
async def poll(visit: SignedIn, name: str, _form: Form) -> Response:
    polled = await visit.api.order("POST", f"/sources/{name}/poll")
    return visit.leads(f"/sources/{name}", f"Looking at {polled['channels']} channel(s) now.")


@router.post("/{name}/pause")
async def pause(visit: SignedIn, name: str, form: Form) -> Response:
    paused = form.get("paused") == "yes"
    await visit.api.order("POST", f"/sources/{name}/pause", {"paused": paused})
    return visit.leads(f"/sources/{name}", "It rests." if paused else "It is watched again.")


@router.post("/{name}/backfill")
async def backfill(visit: SignedIn, name: str, form: Form) -> Response:
    order: dict[str, Any] = {"source": name, "reason": form.get("reason", "").strip(), "since": form.get("since", "")}
    order |= {"until": form.get("until") or None, "announce": form.get("announce") == "yes"}
    try:
        await visit.api.order("POST", "/admin/backfills", order)
    except Refused as refusal:
        return await _show(visit, name, trouble=refusal.sentence)
    return visit.leads(f"/sources/{name}", "The backfill is under way; this page shows how far it is.")


@router.post("/{name}/backfill/{number}/cancel")
async def cancel_backfill(visit: SignedIn, name: str, number: int, _form: Form) -> Response:
    await visit.api.order("POST", f"/admin/backfills/{number}/cancel")
    return visit.leads(f"/sources/{name}", "It looks at nothing more. Pages that it has found stay.")


async def _show(visit: SignedIn, name: str, *, asked: Mapping[str, str] | None = None, trouble: str = "") -> Response:
    record = await visit.api.get(f"/sources/{name}")
    articles = (await visit.api.get("/articles", source=name, limit=10))["articles"]
    written = {
        "title": record["title"],
        "channels": "\n".join(f"{entry['kind']} {entry['url']}" for entry in record["channels"]),
        "hosts": "\n".join(record["hosts"]),
        "pages": "\n".join(record["pages"]),
    }
    status = 422 if trouble else 200
    about = {"source": record, "articles": articles, "asked": asked or written, "trouble": trouble}
    about["backfills"] = (
        (await visit.api.get("/admin/backfills", source=name, limit=5))["backfills"]
        if (visit.caller.may("admin"))
        else []
    )
    return visit.page("source.html", status, **about)


def _adding(
    visit: SignedIn,
    asked: Mapping[str, str],
    *,
    seen: Mapping[str, Any] | None = None,
    diagnosis: Mapping[str, Any] | None = None,
    trouble: str = "",
) -> Response:
    status, shown = 422 if trouble else 200, {"seen": seen, "diagnosis": diagnosis}
    return visit.page("source_new.html", status, asked=asked, trouble=trouble, kinds=KINDS, **shown)


def _split(lines: str) -> list[list[str]]:
    """The kind and the address of each channel that a form has on a line."""
    return [line.split(maxsplit=1) for line in lines.splitlines() if line.strip()]


def _seed(name: str, form: Mapping[str, str], channels: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name.strip(),
        "title": form.get("title", "").strip(),
        "hosts": form.get("hosts", "").split(),
        "pages": form.get("pages", "").split(),
        "channels": channels,
    }


def _name(url: str) -> str:
    """What people would call it: the first word of its host."""
    return (urlsplit(url).hostname or "").removeprefix("www.").partition(".")[0]
