"""Who may import whom, and who may ask the time."""

import ast
from pathlib import Path

from importlinter.cli import lint_imports

import services

SERVICES = Path(services.__file__).parent
EDGES = {"tasks.py", "api.py"}
EDGE_FOLDERS = {"api", "handlers"}
FLOORS = {"cli", "runtime", "demo", "desk", "migrations"}
"""The desk is an edge as a whole: it answers people and decides nothing. Nobody tells a migration the time."""
CLOCKS = {"utcnow", "now", "today"}


def test_nobody_looks_up_and_the_parser_is_pure():
    """The contracts of import-linter in pyproject.toml, which name every package of the house."""
    assert lint_imports(str(SERVICES.parent / "pyproject.toml"), no_cache=True) == 0


def test_a_step_is_told_the_time():
    """Only edges and the runtime ask for it, so that a test can decide what time it is."""
    steps = [path for path in SERVICES.rglob("*.py") if path.parent != SERVICES and not is_edge(path)]
    inside = [path for path in steps if path.relative_to(SERVICES).parts[0] not in FLOORS]
    assert len(inside) > 50
    assert [str(path) for path in inside if asks_the_time(path)] == []


def is_edge(path):
    return path.name in EDGES or path.parent.name in EDGE_FOLDERS


def asks_the_time(path):
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    return any(getattr(call, "attr", getattr(call, "id", "")) in CLOCKS for call in calls)
