"""The state folder: for its owner alone, and refused before anything could fail in it."""

import shutil
import stat

import pytest

from services.contracts.errors import UserError
from services.runtime.state_folder import ROOM, make_state_folder


def test_it_is_made_for_its_owner_alone(installation, tmp_path):
    """Whoever can read it is the operator: it holds the database, the key of all secrets and the captures."""
    installation(state=str(tmp_path / "a folder" / "var"))
    folder = make_state_folder()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == []


def test_one_that_is_there_keeps_the_rights_that_an_operator_gave_it(installation, tmp_path):
    """A group may be meant to make backups of it."""
    installation(state=str(tmp_path))
    tmp_path.chmod(0o750)
    make_state_folder()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750


@pytest.mark.parametrize("setting", ["state", "archive", "metrics"])
def test_a_folder_that_cannot_be_is_named(installation, tmp_path, setting):
    """Each of the three may be on a disk of its own."""
    (tmp_path / "file").touch()
    installation(**{setting: str(tmp_path / "file" / "deeper")})
    with pytest.raises(OSError, match="Not a directory") as refused:
        make_state_folder()
    assert str(refused.value.filename).startswith(str(tmp_path / "file"))


def test_a_disk_without_room_is_refused(installation, tmp_path, monkeypatch):
    """A process that maps a file there would be ended by the system with "Bus error"."""
    installation(state=str(tmp_path / "var"))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: usage._replace(free=ROOM - 1))
    with pytest.raises(UserError, match=r"var has room for 16\.0 MB, and a start needs 16: make room there"):
        make_state_folder()
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: usage._replace(free=ROOM))
    assert make_state_folder().is_dir()
