"""`dateline log`, `prove` and `verify`, and the commands that docs/record.md gives to people without Dateline."""

import json
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from services.contracts.messages import MakeCheckpoint
from services.runtime.database import reading, transaction, utcnow
from services.runtime.egress import egress_settings
from services.runtime.ledger import jobs, worker
from services.runtime.ledger.jobs import enqueue
from services.runtime.transparency_log import checkpoints
from services.runtime.transparency_log.settings import log_settings
from tests.fakes.authority import Authority
from tests.support.harbor import RELEASE, arrives

pytestmark = pytest.mark.integration

DOCUMENT = (Path(__file__).parents[3] / "docs" / "record.md").read_text()
CORRECTED = RELEASE.replace("at dawn on Monday", "at noon on Monday")


@pytest.fixture
def article(migrated, installation):
    """One with two wordings, in a log that is signed."""
    installation(secret_key="")
    article = arrives()
    arrives(CORRECTED)
    return article


@pytest.fixture
def authority(tmp_path, installation):
    """A time stamp authority that the service is told of."""
    folder = tmp_path / "authority"
    folder.mkdir()
    authority = Authority(folder)
    log_settings.cache_clear()
    installation(transparency_authority=authority.site.url, egress_allow="127.0.0.0/8")
    yield authority
    authority.site.stop()
    log_settings.cache_clear()
    egress_settings.cache_clear()


def makes_checkpoint(now=None):
    """What a worker does each hour."""
    import services.webhooks.tasks  # noqa: F401 - it brings the handler

    now = now or utcnow()
    with transaction() as session:
        enqueue(session, MakeCheckpoint(), due_at=now)
    for row, kind in jobs.due(now, kinds=["MakeCheckpoint"]):
        worker.handle(kind, [row], now)


def documented(language, number):
    """A block of the page, as people copy it."""
    section = DOCUMENT[DOCUMENT.index("## Check it without Dateline") :]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)[number]


def test_a_proof_is_made_and_checked_where_there_is_no_dateline(article, dateline, tmp_path):
    """In an empty folder, by a process that has no settings: it says what the page said, and who signed that."""
    assert dateline("prove", article, "-o", tmp_path / "proof.json").refuses("No checkpoint covers this yet")
    assert dateline("log", "sign").status == 0
    key = json.loads(dateline("log", "show", "--json").out)["keys"][0]
    for revision, dawn in ((1, True), (2, False)):
        file = tmp_path / f"{revision}" / "proof.json"
        file.parent.mkdir()
        assert dateline("prove", article, "--revision", revision, "-o", file).status == 0
        assert ("at dawn" in json.loads(file.read_text())["text"]) == dawn
        command = [sys.executable, "-m", "services.cli", "verify", "proof.json", "--key", key]
        checked = subprocess.run(command, cwd=file.parent, env={}, capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")
        assert [line[:4].strip() for line in checked.stdout.split("\n\n")[1].splitlines()] == ["ok"] * 4
        assert "Harbor Reopens" in checked.stdout
        assert [entry.name for entry in file.parent.iterdir()] == ["proof.json"]


def test_a_proof_is_named_for_its_article_and_replaces_no_other(article, dateline, tmp_path, monkeypatch):
    """What somebody has made before may be the only proof of its wording."""
    dateline("log", "sign")
    monkeypatch.chdir(tmp_path)
    assert f"{article}.proof.json proves it" in dateline("prove", article).out
    before = (tmp_path / f"{article}.proof.json").read_text()
    assert dateline("prove", article, "--revision", 1).refuses("is there already")
    assert dateline("prove", article, "-o", tmp_path / "nowhere" / "proof.json").refuses("cannot be written")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir() if "proof" in file.name] == [
        (f"{article}.proof.json", before)
    ]


def test_what_was_changed_in_a_proof_is_told(article, dateline, tmp_path):
    dateline("log", "sign")
    file = tmp_path / "proof.json"
    dateline("prove", article, "-o", file)
    proof = json.loads(file.read_text())
    file.write_text(json.dumps(proof | {"text": proof["text"].replace("noon", "midnight")}))
    output = dateline("verify", file)
    assert (output.status, "FAIL  text" in output.out) == (1, True)
    file.write_text("{}")
    assert dateline("verify", file).refuses("no proof of a Dateline")
    assert dateline("verify", tmp_path / "nothing").refuses("cannot be read")


def test_a_kept_checkpoint_is_compared_with_the_log_of_today(article, dateline, tmp_path):
    stored, proof = tmp_path / "checkpoint.txt", tmp_path / "proof.json"
    assert dateline("log", "checkpoint").refuses("no checkpoint yet")
    dateline("log", "sign")
    assert dateline("log", "checkpoint", "-o", stored).status == 0
    other = arrives(RELEASE.replace("Harbor", "Airfield"), 2)
    dateline("log", "sign")
    assert dateline("log", "check", stored).status == 0
    dateline("prove", other, "--earlier", stored, "-o", proof)
    output = dateline("verify", proof, "--earlier", stored, "--held-since", "2020-01-01")
    assert (output.status, "it only grew" in output.out, "after your checkpoint" in output.out) == (0, True, True)
    future = f"{utcnow() + timedelta(days=1):%Y-%m-%d}"
    assert "dated back" in dateline("verify", proof, "--earlier", stored, "--held-since", future).out


def test_after_a_rotation_both_keys_are_good_for_a_while(article, dateline, tmp_path):
    """And what only the old one has signed stays good."""
    dateline("log", "sign")
    [old] = json.loads(dateline("log", "show", "--json").out)["keys"]
    dateline("prove", article, "-o", tmp_path / "before.json")
    new = dateline("log", "rotate", "--reason", "yearly").out.strip()
    arrives(RELEASE.replace("Harbor", "Airfield"), 2)
    dateline("log", "sign")
    dateline("prove", article, "-o", tmp_path / "after.json")
    good = {
        (file, key == new): dateline("verify", tmp_path / file, "--key", key).status == 0
        for file in ("before.json", "after.json")
        for key in (old, new)
    }
    assert good == {
        ("before.json", False): True,
        ("before.json", True): False,
        ("after.json", False): True,
        ("after.json", True): True,
    }


def test_a_checkpoint_comes_by_itself_and_at_least_daily(article):
    now = utcnow()
    makes_checkpoint(now)
    makes_checkpoint(now + timedelta(hours=1))
    with reading() as session:
        first = checkpoints.latest(session)
    makes_checkpoint(now + timedelta(hours=25))
    with reading() as session:
        second = checkpoints.latest(session)
    assert (first.id, first.size, second.id, second.size) == (1, 2, 2, 2)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_documented_commands_check_a_proof(article, authority, dateline, tmp_path):
    """With Python's standard library and openssl, as they stand on the page, the time stamp too."""
    makes_checkpoint()
    folder = tmp_path / "reader"
    folder.mkdir()
    dateline("prove", article, "-o", folder / "proof.json")
    (folder / "check.py").write_text(documented("python", 0))
    shutil.copy(authority.root, folder / "authority.pem")
    key = json.loads(dateline("log", "show", "--json").out)["keys"][0]
    script = "\n".join(["set -ex", documented("sh", 0), documented("sh", 1)])
    # The tools of this machine, and nothing of ours.
    surroundings = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "LOG_KEY": key}
    command = ["sh", "-c", script]
    ran = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran
    assert "Signature Verified Successfully" in ran.stdout
    assert "Verification: OK" in ran.stdout + ran.stderr
    assert b"at noon on Monday" in (folder / "capture.warc").read_bytes()
    assert len(documented("python", 0).splitlines()) <= 45


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_time_stamp_says_when_a_checkpoint_was_there(article, authority, dateline, tmp_path):
    """An authority that is away is asked again with the next checkpoint; another one's word is not taken."""
    authority.open, now = False, utcnow()
    makes_checkpoint(now)
    assert not json.loads(dateline("log", "show", "--json").out)["stamped"]
    authority.open = True
    makes_checkpoint(now + timedelta(hours=1))
    dateline("prove", article, "-o", tmp_path / "proof.json")
    output = dateline("verify", tmp_path / "proof.json", "--authority", authority.root)
    assert (output.status, "An authority saw the checkpoint at" in output.out) == (0, True)
    other = tmp_path / "other"
    other.mkdir()
    stranger = Authority(other)
    stranger.site.stop()
    output = dateline("verify", tmp_path / "proof.json", "--authority", stranger.root)
    assert (output.status, "FAIL  time stamp" in output.out) == (1, True)
