"""Dateline works from its wheel alone: with nothing of the checkout, on a machine that has its requirements."""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.runtime.transparency_log import tree
from services.runtime.transparency_log.leaf import NewLeaf, canonical_json, new_salt, salted_digest
from services.runtime.transparency_log.notes import Checkpoint, Verifier, signed
from services.runtime.transparency_log.proof import Proof, as_base64

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("pyproject.toml", "README.md", "LICENSE", "requirements", "services")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
PATIENCE = 300
"""Seconds that a command may take on a busy machine; the demo needs some ten on an idle one."""

pytestmark = pytest.mark.e2e


def run(*command, folder, **variables):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("DATELINE_", "PYTHON"))}
    return subprocess.run(
        command,
        cwd=folder,
        env=own | {"COLUMNS": "200"} | variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy: a build leaves folders behind."""
    copy, built = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("built")
    for name in BUILT_FROM:
        origin = ROOT / name
        if origin.is_dir():
            shutil.copytree(origin, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, copy)
    done = run(sys.executable, "-c", BUILD, str(built), folder=copy)
    assert done.returncode == 0, done.stderr
    [made] = built.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The command in an environment with the wheel and the locked requirements, and a folder outside the checkout."""
    environment, elsewhere = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("elsewhere")
    python = environment / "bin" / "python"
    assert run(sys.executable, "-m", "venv", "--without-pip", str(environment), folder=elsewhere).returncode == 0
    uv = (str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet", "--offline", "--no-deps")
    done = run(*uv, "--python", str(python), str(wheel), folder=elsewhere)
    assert done.returncode == 0, done.stderr
    place = run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=elsewhere)
    # The requirements that the tests run on, and by a plain path: no link of theirs leads to the checkout.
    Path(place.stdout.strip(), "requirements.pth").write_text(sysconfig.get_path("purelib"))
    used = run(str(python), "-c", "import services; print(services.__file__)", folder=elsewhere)
    assert Path(used.stdout.strip()).is_relative_to(environment)

    return environment / "bin" / "dateline", elsewhere


@pytest.fixture(scope="module")
def dateline(installed):
    """Runs the installed command outside the checkout."""
    command, elsewhere = installed
    return lambda *words: run(str(command), *words, folder=elsewhere)


def test_the_wheel_carries_every_file_of_the_package(wheel):
    """Migrations, samples, first sources, templates, lexicons: what one forgets to list is missing at an operator's."""
    files = {str(path.relative_to(ROOT)) for path in (ROOT / "services").rglob("*") if path.is_file()}
    kept = {name for name in files if "__pycache__" not in name}
    assert kept - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_wheel_names_each_requirement(wheel):
    """A tool that installs it alone finds all that it takes."""
    archive = zipfile.ZipFile(wheel)
    [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    lines = archive.read(metadata).decode().splitlines()
    required = {
        line.split(": ", 1)[1].split(" ")[0].split(";")[0]
        for line in lines
        if line.startswith("Requires-Dist") and "extra ==" not in line
    }
    listed = (ROOT / "requirements" / "runtime.in").read_text().splitlines()
    assert required == {line.split("#")[0].split(";")[0].strip() for line in listed if not line.startswith("#")}


def test_it_migrates_a_database(dateline):
    done = dateline("migrate")
    assert done.returncode == 0, done.stderr
    assert "Your admin key, shown this once: dl_1_" in done.stdout


def test_it_parses_a_page(dateline):
    sample = ROOT / "seeds" / "samples" / "raqqa-mosul-2016.txt"
    done = dateline("parse", str(sample))
    assert done.returncode == 0, done.stderr
    assert "Raqqa" in done.stdout


def test_it_checks_a_proof_without_an_installation(installed, tmp_path):
    """No database, no settings, no home: a reader has the wheel and the file, and nothing is left behind."""
    proof, line = a_proof()
    (tmp_path / "proof.json").write_text(proof.model_dump_json())
    changed = proof.model_copy(update={"text": '{"headline":"Harbor Closed"}'})
    (tmp_path / "changed.json").write_text(changed.model_dump_json())
    command = str(installed[0])

    def checks(file):
        words = (command, "verify", file, "--key", line)
        return subprocess.run(
            words, cwd=tmp_path, env={}, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    good, bad = checks("proof.json"), checks("changed.json")
    assert (good.returncode, good.stderr) == (0, "")
    assert ("Harbor Reopens" in good.stdout, good.stdout.count("ok  ")) == (True, 4)
    assert (bad.returncode, "FAIL  text" in bad.stdout) == (1, True)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["changed.json", "proof.json"]


def a_proof():
    """Of the second leaf of a log of two, signed by a key that is made for it; and that key's line."""
    at, capture = datetime(2026, 3, 2, 14, tzinfo=UTC), b"the records of the capture"
    text, salt = canonical_json({"headline": "Harbor Reopens", "url": "https://harbor.example/1"}), new_salt()
    leaf = NewLeaf("revision", "art_x", 1, text, at, capture=hashlib.sha256(capture).hexdigest(), fetched_at=at)
    body = leaf.body(salted_digest(salt, text))
    other = tree.leaf_hash(b"{}")
    private = Ed25519PrivateKey.generate()
    key = Verifier("harbor.example/log", private.public_key().public_bytes_raw())
    checkpoint = Checkpoint(key.name, 2, tree.node_hash(other, tree.leaf_hash(body.encode())))
    made = Proof(
        number=1,
        leaf=body,
        salt=salt,
        text=text,
        capture=b64encode(capture).decode(),
        inclusion=as_base64([other]),
        checkpoint=signed(checkpoint, [(key, private)]),
        keys=[str(key)],
    )
    return made, str(key)


def test_it_shows_the_whole_path(dateline):
    """The demo has its newsroom, its pages and its Redis with it."""
    done = dateline("demo", "--once")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "webhook verified article.updated" in done.stdout
