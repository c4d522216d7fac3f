"""Sources made and changed: looked at before they are watched, with patterns from ticked addresses."""

import tomllib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.api_client import Refused
from services.desk.signed_in import DeskRequest, Form, FormFields, SignedIn

router = APIRouter(prefix="/sources")

KINDS = ("feed", "listing", "sitemap")
CARRIED = ("name", "title", "hosts", "channels", "country")
"""What a form says of a source besides the address that is looked at."""


@router.get("/-/new")
async def compose(visit: SignedIn) -> Response:
    return _adding(visit, {})


@router.post("/look")
async def look(visit: SignedIn, form: Form) -> Response:
    """What the address would lead to with these patterns."""
    return await _look(visit, form, form.get("pages", "").split())


@router.post("/propose")
async def propose(visit: SignedIn, form: Form) -> Response:
    """Patterns that the ticked addresses match and the others do not, and what they would lead to."""
    chosen = form.several("article")
    others = [url for url in form.several("shown") if url not in set(chosen)]
    if not chosen:
        return await _look(visit, form, form.get("pages", "").split(), trouble="Tick the addresses of articles first.")
    try:
        proposal = await visit.api.order("POST", "/sources/patterns", {"articles": chosen, "others": others})
    except Refused as refusal:
        return _adding(visit, form, trouble=refusal.sentence)
    return await _look(visit, form, proposal["patterns"], also=proposal["also"])


@router.post("/examine")
async def examine(visit: SignedIn, form: Form) -> Response:
    try:
        diagnosis = await visit.api.order("POST", "/sources/doctor", {"url": _address(form)})
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
    try:
        made = await visit.api.order("POST", "/sources", await _seed(visit, form.get("name", ""), form, lines))
    except Refused as refusal:
        return _adding(visit, form, trouble=refusal.sentence)
    return visit.leads(f"/sources/{made['name']}", "Watched from now on; its first look is on its way.")


@router.get("/{name}/edit")
async def edit(visit: SignedIn, name: str) -> Response:
    record = await visit.api.get(f"/sources/{name}")
    return visit.page("source_edit.html", source=record, asked=source_form(record), trouble="")


@router.post("/{name}/edit")
async def change(visit: SignedIn, name: str, form: Form) -> Response:
    try:
        await visit.api.order("POST", "/sources", await _seed(visit, name, form, form.get("channels", "")))
    except Refused as refusal:
        record = await visit.api.get(f"/sources/{name}")
        return visit.page("source_edit.html", 422, source=record, asked=form, trouble=refusal.sentence)
    return visit.leads(f"/sources/{name}", "Changed. What a channel brought stays, also when it is no longer watched.")


def source_form(source: Mapping[str, Any]) -> dict[str, str]:
    """What the form shows of a source."""
    return {
        "title": source["title"],
        "country": source["country"],
        "channels": "\n".join(f"{entry['kind']} {entry['url']}" for entry in source["channels"]),
        "hosts": "\n".join(source["hosts"]),
        "pages": "\n".join(source["pages"]),
    }


async def _look(
    visit: DeskRequest, form: FormFields, pages: list[str], *, also: list[str] | None = None, trouble: str = ""
) -> Response:
    fields = {**form, "pages": "\n".join(pages)}
    try:
        order = {"url": _address(form), "pages": pages, "hosts": form.get("hosts", "").split()}
        answer = await visit.api.order("POST", "/sources/preview", order)
    except Refused as refusal:
        return _adding(visit, fields, trouble=refusal.sentence)
    fields |= {"name": form.get("name") or _name(answer["url"]), "url": answer["url"], "kind": answer["kind"] or ""}
    return _adding(visit, fields, seen=answer, also=also or [], ticked=form.several("article"), trouble=trouble)


def _adding(visit: DeskRequest, asked: Mapping[str, str], *, trouble: str = "", **more: Any) -> Response:
    shown = {"seen": None, "diagnosis": None, "also": [], "ticked": []} | more
    status = 422 if trouble else 200
    return visit.page("source_new.html", status, asked=asked, trouble=trouble, kinds=KINDS, carried=CARRIED, **shown)


async def _seed(visit: DeskRequest, name: str, form: Mapping[str, str], lines: str) -> dict[str, Any]:
    """The source that the form says; what a form does not show of one that there is stays as it is."""
    known = await _known(visit, name.strip())
    split = [line.split(maxsplit=1) for line in lines.splitlines() if line.strip()]
    return {
        "name": name.strip(),
        "title": form.get("title", "").strip(),
        "country": form.get("country", "").strip().upper() or known.get("country", "US"),
        "hosts": form.get("hosts", "").split(),
        "pages": form.get("pages", "").split(),
        "channels": [{"kind": kind, "url": "".join(url)} | _hidden(known, "".join(url)) for kind, *url in split],
    }


async def _known(visit: DeskRequest, name: str) -> Mapping[str, Any]:
    return next((entry for entry in await visit.api.get("/sources") if entry["name"] == name), {})


def _hidden(known: Mapping[str, Any], url: str) -> dict[str, Any]:
    channel = next((entry for entry in known.get("channels", ()) if entry["url"] == url), None)
    return {name: channel[name] for name in ("interval", "senders")} if channel else {}


def _address(form: Mapping[str, str]) -> str:
    """The address that was written; people leave out how it begins."""
    url = form.get("url", "").strip()
    return url if "://" in url or not url else f"https://{url}"


def _name(url: str) -> str:
    """What people would call it: the first word of its host; a number is no name."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    word = host.partition(".")[0]
    return host.replace(".", "-") if word.isdigit() else word
