"""Sources: how each has been, and what an operator may ask of it."""

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.visit import Form, Visiting

router = APIRouter(prefix="/sources")

KINDS = ("feed", "listing", "sitemap")


@router.get("")
async def sources(visit: Visiting) -> Response:
    return visit.page("sources.html", sources=await visit.api.get("/sources"), kinds=KINDS)


@router.get("/{name}")
async def source(visit: Visiting, name: str) -> Response:
    found = await visit.api.get(f"/sources/{name}")
    articles = (await visit.api.get("/articles", source=name, limit=10))["articles"]
    return visit.page("source.html", source=found, articles=articles)


@router.post("")
async def add(visit: Visiting, form: Form) -> Response:
    seed = {
        "name": form.get("name", "").strip(),
        "title": form.get("title", "").strip(),
        "channels": [{"kind": form.get("kind", "feed"), "url": form.get("url", "").strip()}],
    }
    made = await visit.api.order("POST", "/sources", seed)
    return visit.leads(f"/sources/{made['name']}", "Watched from now on; its first look is on its way.")


@router.post("/{name}/poll")
async def poll(visit: Visiting, name: str, _form: Form) -> Response:
    polled = await visit.api.order("POST", f"/sources/{name}/poll")
    return visit.leads(f"/sources/{name}", f"Looking at {polled['channels']} channel(s) now.")


@router.post("/{name}/pause")
async def pause(visit: Visiting, name: str, form: Form) -> Response:
    paused = form.get("paused") == "yes"
    await visit.api.order("POST", f"/sources/{name}/pause", {"paused": paused})
    return visit.leads(f"/sources/{name}", "It rests." if paused else "It is watched again.")
