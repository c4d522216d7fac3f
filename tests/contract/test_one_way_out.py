"""Every request to a newsroom or a subscriber goes through the guarded client: nothing else in here can make one."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "services"
EGRESS = ROOT / "runtime" / "egress"
CLIENTS = {
    "aiohttp",
    "feedparser",
    "ftplib",
    "http.client",
    "httpcore",
    "imaplib",
    "poplib",
    "requests",
    "smtplib",
    "telnetlib",
    "trafilatura.downloads",
    "trafilatura.fetch_url",
    "urllib.request",
    "urllib3",
    "websockets",
}
READS = {"InvalidURL", "URL"}
"""Of httpx: what reads an address. It sends nothing."""
SOCKETS = {
    "runtime/ledger/instances.py": "the name of this machine",
    "runtime/metrics.py": "the name of this machine",
    "runtime/redis_server.py": "a free port for our own Redis",
}
AT_HOME = {"cli", "demo", "desk"}
"""Commands, sample sites and the desk listen on this machine and ask our own web app; they meet no stranger."""

MODULES = sorted(path for path in ROOT.rglob("*.py") if EGRESS not in path.parents)


def name(path):
    return path.relative_to(ROOT).as_posix()


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def of_httpx(tree):
    """Attributes of httpx that are used."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "httpx":
            yield node.attr


def test_the_modules_are_found():
    """Or the rules below would hold of nothing."""
    assert {"fetcher/client.py", "webhooks/deliver.py", "cli/commands/parse.py"} <= {name(path) for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_other_client_is_used(path):
    """Not even one that a library brings along."""
    tree = ast.parse(path.read_text("utf-8"))
    assert CLIENTS & set(imports(tree)) == set()
    if path.relative_to(ROOT).parts[0] not in AT_HOME:
        assert set(of_httpx(tree)) <= READS
        assert "socket" not in set(imports(tree)) or name(path) in SOCKETS
