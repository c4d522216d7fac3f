"""The folder of everything that must survive: made for its owner alone, and refused where it could only fail."""

import os
import shutil
import tempfile
from pathlib import Path

from services.contracts.errors import UserError
from services.runtime.settings import runtime_settings

ROOM = 16 * 2**20
"""Bytes that a start needs: the processes' metrics (about a megabyte each) and the database's log. Whoever maps a file
to memory on a disk that is full is ended by the system, without a word (SIGBUS)."""


def make_state_folder() -> Path:
    """The state folder, made if need be; `OSError` names what cannot be written, `UserError` where there is no room."""
    settings = runtime_settings()
    make_private(settings.state)
    for folder in {settings.state, settings.captures, settings.metrics or settings.state}:
        place = _nearest(folder)
        _probe(place)
        if (free := shutil.disk_usage(place).free) < ROOM:
            raise UserError(
                f"{place} has room for {free / 2**20:.1f} MB, and a start needs {ROOM // 2**20}: make room there, "
                "or choose another folder with DATELINE_STATE."
            )
    return settings.state


def make_private(folder: Path) -> None:
    """Makes a folder that only its owner may enter, for whoever reads it is the operator; one that is there stays."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _nearest(folder: Path) -> Path:
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())


def _probe(folder: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
    except OSError as error:
        raise OSError(error.errno, os.strerror(error.errno or 0), str(folder)) from None
