"""The record: how the signed log of everything stands, its proofs, and whether what others hold agrees with it."""

import json
import re
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.responses import Response

from services.desk.api_client import Refused
from services.desk.downloads import as_file
from services.desk.signed_in import DeskRequest, Form, SignedIn

router = APIRouter(prefix="/record")

_ID = re.compile(r"\w{1,40}", re.ASCII)


@router.get("")
async def record(visit: SignedIn, before: str = "") -> Response:
    return await _page(visit, before=before)


@router.get("/checkpoint")
async def checkpoint(visit: SignedIn) -> Response:
    """The newest checkpoint, to be kept elsewhere."""
    return visit.api.passed_on("/log/checkpoint")


@router.get("/proof")
async def proof(visit: SignedIn, article: str) -> Response:
    """The proof of what an article says, as a file; before there is one, the page says from when on."""
    name = article.strip()
    try:
        made = await visit.api.get(f"/log/proofs/{_id(name)}")
    except Refused as refusal:
        return await _page(visit, refusal.status, article=name, missing=refusal.sentence)
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    return as_file(text, f"{name}.proof.json", "application/json")


@router.post("/sign")
async def sign_now(visit: SignedIn, form: Form) -> Response:
    """Signs how the log stands now, without waiting for the next checkpoint."""
    del form  # its token was checked
    log = await visit.api.order("POST", "/log/checkpoint")
    return visit.leads("/record", f"Signed: the newest checkpoint covers {log['size']:,} of {log['leaves']:,} leaves.")


@router.post("/growth")
async def growth(visit: SignedIn, form: Form) -> Response:
    kept = form.get("checkpoint", "").replace("\r\n", "\n").strip("\n") + "\n"
    try:
        result = await visit.api.order("POST", "/log/growth", {"checkpoint": kept})
    except Refused as refusal:
        return await _page(visit, refusal.status, growth_trouble=refusal.sentence)
    return await _page(visit, growth=result)


@router.post("/verification")
async def verification(visit: SignedIn, form: Form) -> Response:
    del form  # its token was checked, and the file is beside it
    try:
        result = await visit.api.order("POST", "/log/verification", {"proof": await _uploaded(visit)})
    except Refused as refusal:
        return await _page(visit, refusal.status, proof_trouble=refusal.sentence)
    return await _page(visit, verification=result)


def _id(typed: str) -> str:
    """What can be an article's id, hence part of a path and of a file's name; raises `Refused`."""
    if not _ID.fullmatch(typed):
        raise Refused(404, {"detail": "This is no article's id: it begins with art_, and the article's page shows it."})
    return typed


async def _uploaded(visit: DeskRequest) -> Any:
    fields = await visit.request.form()
    file = fields.get("proof")
    try:
        return json.loads(await file.read() if isinstance(file, UploadFile) else "")
    except (ValueError, RecursionError):
        raise Refused(422, {"detail": "This file is no proof: dateline prove writes one."}) from None
    finally:
        await fields.close()


async def _page(visit: DeskRequest, status: int = 200, *, before: str = "", **result: Any) -> Response:
    listed = await visit.api.search("/log/checkpoints", before=before, limit=20)
    nothing = dict.fromkeys(("growth", "growth_trouble", "verification", "proof_trouble", "article", "missing"))
    return visit.page(
        "record.html",
        status,
        log=await visit.api.get("/log"),
        checkpoints=listed.rows,
        following=listed.following,
        before=before,
        **(nothing | result),
    )
