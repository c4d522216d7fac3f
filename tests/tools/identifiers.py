"""The names that Python files give to things, counted: one for each name and scope that binds it."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import services

ROOT = Path(services.__file__).parent
TESTS = Path(__file__).parents[1]
EDGES = ("cli/commands", "cli/processes", "desk/pages", "/api", "api.py")
"""Where a verb of the trade is named once more, because it is the command, the page or the operation of that name."""


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of ours but the migrations, by its path below `services`."""
    return {path: tree for path, tree in modules_of(ROOT).items() if not path.startswith("migrations/")}


def modules_of(folder: Path) -> dict[str, ast.Module]:
    """Every module below this folder, by its path there."""
    return {str(path.relative_to(folder)): ast.parse(path.read_text()) for path in sorted(folder.rglob("*.py"))}


def bound(tree: ast.Module) -> Counter[str]:
    """How many scopes of a module bind each name: functions, classes, parameters and variables."""
    return Counter(name for scope in _scopes(tree) for name in _names(scope))


def classes() -> dict[str, list[str]]:
    """The public classes of all modules: in which files each name is one."""
    return _defined(ast.ClassDef)


def functions() -> dict[str, list[str]]:
    """The public functions of all modules but the edges: in which files each name is one."""
    result = _defined(ast.FunctionDef, ast.AsyncFunctionDef)
    return {name: [file for file in files if not any(edge in file for edge in EDGES)] for name, files in result.items()}


def _defined(*kinds: type[ast.stmt]) -> dict[str, list[str]]:
    files = defaultdict(list)
    for file, tree in modules().items():
        for node in tree.body:
            if isinstance(node, kinds) and not node.name.startswith("_"):
                files[node.name].append(file)
    return files


def _scopes(tree: ast.AST) -> Iterator[ast.AST]:
    yield tree
    yield from (node for node in ast.walk(tree) if isinstance(node, _SCOPES))


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def _names(scope: ast.AST) -> set[str]:
    names = {argument.arg for argument in ast.walk(getattr(scope, "args", ast.Pass())) if isinstance(argument, ast.arg)}
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or (
            isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name
        ):
            names.add(node.name)
        if not isinstance(node, _SCOPES):
            waiting += ast.iter_child_nodes(node)
    return names - {"self", "cls"}
