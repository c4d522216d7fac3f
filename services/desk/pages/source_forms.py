"""Sources made and changed: looked at before they are watched, with patterns from ticked addresses."""

import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
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
LOOKED_AT = 5
"""Channels that a preview looks at: each is one request, which may take the time of a whole look."""


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
    return _adding(visit, fields, diagnosis=diagnosis, seen=await _first_look(visit, diagnosis, fields))


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
    return await _edit(visit, name)


@router.post("/{name}/edit")
async def change(visit: SignedIn, name: str, form: Form) -> Response:
    if form.get("step") == "look":
        return await _edit(visit, name, form, looks=await _looks(visit, form))
    try:
        await visit.api.order("POST", "/sources", await _seed(visit, name, form, form.get("channels", "")))
    except Refused as refusal:
        return await _edit(visit, name, form, trouble=refusal.sentence)
    return visit.leads(f"/sources/{name}", "Changed. What a channel brought stays, also when it is no longer watched.")


async def _edit(
    visit: DeskRequest,
    name: str,
    asked: Mapping[str, str] | None = None,
    *,
    looks: Sequence[Mapping[str, Any]] = (),
    trouble: str = "",
) -> Response:
    record = await visit.api.get(f"/sources/{name}")
    fields = source_form(record) if asked is None else asked
    status = 422 if trouble else 200
    return visit.page("source_edit.html", status, source=record, asked=fields, looks=looks, trouble=trouble)


async def _looks(visit: DeskRequest, form: Mapping[str, str]) -> list[dict[str, Any]]:
    """What the channels of the form would lead to with its patterns; of many channels, the first are looked at."""
    urls = [url for kind, url in _channels(form.get("channels", "")) if kind != "mailbox"]
    looks = []
    for url in urls[:LOOKED_AT]:
        try:
            seen = await _preview(visit, url, form.get("pages", "").split(), form.get("hosts", "").split())
        except Refused as refusal:
            seen = {"url": url, "kind": None, "pages": [], "outside_sample": [], "trouble": refusal.sentence}
        looks.append({**seen, "asked": url, "own": [page["url"] for page in seen["pages"] if page["url"] in urls]})
    return looks


async def _first_look(
    visit: DeskRequest, diagnosis: Mapping[str, Any], fields: Mapping[str, str]
) -> Mapping[str, Any] | None:
    """What is there to tick after an examination: the pages of the channel that lists the most."""
    listed = max(diagnosis["channels"], key=lambda channel: channel["listed"], default=None)
    if listed is None or not listed["listed"]:
        return None
    with suppress(Refused):
        return await _preview(visit, listed["url"], fields["pages"].split(), fields["hosts"].split())
    return None


async def _preview(visit: DeskRequest, url: str, pages: Sequence[str], hosts: Sequence[str]) -> Mapping[str, Any]:
    order = {"url": url, "pages": pages, "hosts": hosts}
    seen: Mapping[str, Any] = await visit.api.order("POST", "/sources/preview", order)
    return seen


def _channels(lines: str) -> list[tuple[str, str]]:
    """A kind and an address of each line; the address is empty where it was left out."""
    split = (line.split(maxsplit=1) for line in lines.splitlines() if line.strip())
    return [(kind, "".join(url)) for kind, *url in split]


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
        answer = await _preview(visit, _address(form), pages, form.get("hosts", "").split())
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
    return {
        "name": name.strip(),
        "title": form.get("title", "").strip(),
        "country": form.get("country", "").strip().upper() or known.get("country", "US"),
        "hosts": form.get("hosts", "").split(),
        "pages": form.get("pages", "").split(),
        "channels": [{"kind": kind, "url": url} | _hidden(known, url) for kind, url in _channels(lines)],
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
