"""What stands around the code: one set of gates for everybody, and one version of Dateline."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def text(name):
    return (ROOT / name).read_text()


def project():
    return tomllib.loads(text("pyproject.toml"))["project"]


def test_pre_commit_runs_each_tool_that_the_gates_run():
    """Who commits and who lands is held to the same rules."""
    gates = re.search(r"^gates:.*\n((?:\t.*\n)+)", text("Makefile"), re.MULTILINE)[1]
    tools = set(re.findall(r"\$\(BIN\)/(\S+)", gates))
    assert tools == set(re.findall(r"entry: \.venv/bin/(\S+)", text(".pre-commit-config.yaml")))


def test_the_workflow_runs_what_every_change_must_pass():
    """On each Python that the Makefile takes, and nothing that cannot be run by hand."""
    workflow = text(".github/workflows/ci.yml")
    assert "- run: .ci/run\n" in workflow
    [(low, high)] = re.findall(r"\(3, (\d+)\) <= sys\.version_info < \(3, (\d+)\)", text("Makefile"))
    assert re.findall(r'"3\.(\d+)"', workflow) == [str(minor) for minor in range(int(low), int(high))]
    assert project()["requires-python"] == f">=3.{low}"


def test_the_version_is_told_once():
    version = project()["version"]
    assert f"\nversion: {version}\n" in text("CITATION.cff")
    assert re.search(rf"^## \[?{re.escape(version)}\]?", text("CHANGELOG.md"), re.MULTILINE)


def test_requirements_are_locked_by_hash():
    """Each list has its lock, and no lock is without a list."""
    folder = ROOT / "requirements"
    assert {path.stem for path in folder.glob("*.in")} == {path.stem for path in folder.glob("*.lock")}
    for lock in folder.glob("*.lock"):
        packages = re.split(r"^(?=\S)", lock.read_text(), flags=re.MULTILINE)[1:]
        assert all("--hash=sha256:" in package for package in packages), lock
