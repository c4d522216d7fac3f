"""The archive over HTTP: how much it holds."""

from fastapi import APIRouter

from services.runtime.archive import verify
from services.runtime.http.problems import requires

router = APIRouter(prefix="/archive", tags=["captures"], dependencies=[requires("read")])


@router.get("")
def show_archive() -> verify.ArchiveStat:
    """How many captures the archive holds, in segments and as files of their own, and how large it is."""
    return verify.stat()
