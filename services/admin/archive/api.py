"""The archive over HTTP: how much it holds."""

from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from services.runtime.archive import verify
from services.runtime.http.problems import requires

router = APIRouter(prefix="/archive", tags=["captures"], dependencies=[requires("read")])


class ArchiveView(BaseModel):
    """How much the archive holds; sizes are in bytes.

    A capture is loose until it is packed into a segment, an hour later. `oldest_file_at` is of the oldest loose one:
    when it is hours old, the packer does not run. `looks` brought nothing new, and are not in a segment yet.
    """

    segments: int
    sealed: int
    segment_bytes: int
    packed_captures: int
    loose_captures: int
    loose_bytes: int
    oldest_file_at: datetime | None
    looks: int


@router.get("")
def show_archive() -> ArchiveView:
    """How many captures the archive holds, in segments and as files of their own, and how large it is."""
    return ArchiveView(**asdict(verify.stat()))
