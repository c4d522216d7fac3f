"""Moves every threshold of the parser, drops every word list, and says what no test notices.

    python -m tests.tools.thresholds [--words] [--entries] [NAME …]      # NAME: a part of a module's or list's name

A threshold is a number in an assignment of a module or a class of `services/parser`. Each is moved a step up and a
step down, and the fast tests of the parser run until one fails. What `docs/thresholds.md` lists is left out: limits
that only guard resources, with the reason. This takes minutes, so it is no part of the test-suite.
"""

import argparse
import ast
import copy
import importlib.util
import os
import pickle
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PARSER = ROOT / "services" / "parser"
TESTS = ROOT / "tests" / "unit" / "parser"
SLOW = frozenset({
    "test_linear.py", "test_hostile.py", "test_learned_batch.py", "test_bad_pages.py", "test_properties.py",
    "test_explained.py", "test_rules.py", "test_lexicon.py",
})  # fmt: skip
"""These test time, memory or all pages at once; test_lexicon.py compares lists with themselves."""
UNTIMED = ("-k", "not cost and not looked_at_once")
"""Two tests in the other files compare times."""
STEP = 0.2
"""A share of a number by which it is moved; small whole numbers and years are moved by one."""
SMALL, YEARS = 12, range(1700, 2200)


def modules() -> Iterator[str]:
    for path in sorted(PARSER.rglob("*.py")):
        yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree(module: str) -> ast.Module:
    """The module's own tree, which is not to be changed."""
    path = ROOT.joinpath(*module.split("."))
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(source.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Threshold:
    """One number of an assignment: the `number`th of the statement that gives `names` their values."""

    module: str
    names: tuple[str, ...]
    number: int
    value: float
    alone: bool
    in_class: str = ""

    def __str__(self) -> str:
        place = f"{self.module.removeprefix('services.parser.')}.{'.'.join(filter(None, [self.in_class, self.name]))}"
        return place if self.alone else f"{place}[{self.number}]"

    @property
    def name(self) -> str:
        return self.names[self.number] if len(self.names) > self.number else self.names[0]

    def moves(self) -> list[float]:
        if isinstance(self.value, int) and (self.value <= SMALL or (self.value in YEARS and self.value % 100)):
            return [self.value + 1, self.value - 1]
        step = self.value * STEP
        return [round(self.value + side * step, 6 if isinstance(self.value, float) else None) for side in (1, -1)]

    def moved(self, value: float) -> tuple[ast.Module, ast.stmt]:
        """The module's tree with another number, and the statement in it."""
        module = copy.deepcopy(tree(self.module))
        for in_class, statement in _statements(module):
            if _names(statement) == self.names and in_class == self.in_class:
                node = list(_numbers(statement.value))[self.number]
                node.value = value
                return module, statement
        raise LookupError(self)


def _statements(module: ast.Module) -> Iterator[tuple[str, ast.Assign | ast.AnnAssign]]:
    for statement in module.body:
        if isinstance(statement, ast.ClassDef):
            yield from (
                (statement.name, inner) for inner in statement.body if isinstance(inner, ast.Assign | ast.AnnAssign)
            )
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            yield "", statement


def _names(statement: ast.Assign | ast.AnnAssign) -> tuple[str, ...]:
    target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
    return tuple(node.id for node in ast.walk(target) if isinstance(node, ast.Name))


def _numbers(value: ast.expr | None) -> Iterator[ast.Constant]:
    for node in ast.walk(value) if value else ():
        if isinstance(node, ast.Constant) and type(node.value) in {int, float} and node.value not in {0, 1}:
            yield node  # none and one are no thresholds


def thresholds() -> Iterator[Threshold]:
    for module in modules():
        for in_class, statement in _statements(tree(module)):
            numbers = list(_numbers(statement.value))
            for number, node in enumerate(numbers):
                yield Threshold(module, _names(statement), number, node.value, len(numbers) == 1, in_class)


class Session:
    """A pytest plugin: collects the tests once, and then runs them in a child of its own for each change."""

    def __init__(self, wanted: Sequence[str], *, words: bool, entries: bool) -> None:
        self.wanted, self.words, self.entries = wanted, words, entries
        self.tried = self.unnoticed = 0

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = session.items
        for module in modules():
            importlib.import_module(module)
            tree(module)  # read once, for all children
        if _in_child(lambda: b"x" * _unmoved(), aloud=True)[1]:
            raise SystemExit("The tests must pass before anything is moved.")
        self.reached = pickle.loads(_in_child(self._reach)[1])
        for name, changes in self._lists() if self.words or self.entries else self._thresholds():
            if not self.wanted or any(part in name for part in self.wanted):
                self._try(name, changes)
        print(f"{self.unnoticed} of {self.tried} can be changed without any test noticing; {len(exempt())} left out")
        return True

    def _try(self, name: str, changes: Sequence[tuple[str, Callable[[], bool]]]) -> None:
        free = [answer for answer, change in changes if _in_child(lambda change=change: b"x" * change())[1] == b""]
        self.tried += 1
        self.unnoticed += bool(free)
        print(f"{'FREE' if free else 'ok  '} {name} {' '.join(free)}", flush=True)

    def _reach(self) -> bytes:
        """Which functions of the parser each test runs."""
        reached: list[set[tuple[str, str]]] = []
        for entry, after in _pairs(self.items):
            own: set[tuple[str, str]] = set()
            sys.setprofile(lambda frame, event, _, own=own: event == "call" and own.add(_key(frame.f_code)))
            entry.config.hook.pytest_runtest_protocol(item=entry, nextitem=after)
            sys.setprofile(None)
            reached.append({key for key in own if "/services/parser/" in key[0]})
        return pickle.dumps(reached)

    def _thresholds(self) -> Iterator[tuple[str, list[tuple[str, Callable[[], bool]]]]]:
        left_out = exempt()
        for threshold in thresholds():
            if str(threshold).partition("[")[0] not in left_out:
                yield (
                    f"{threshold} = {threshold.value}",
                    [(f"-> {to}", lambda to=to, it=threshold: self._notices(it, to)) for to in threshold.moves()],
                )

    def _notices(self, threshold: Threshold, value: float) -> bool:
        module, statement = threshold.moved(value)
        users = _users(threshold)
        if users is None:
            _load_instead(threshold.module, module)
            return _run_anew()
        source = ast.Expression(statement.value)
        order = eval(compile(ast.fix_missing_locations(source), "moved", "eval"), vars(sys.modules[threshold.module]))
        values = order if len(threshold.names) > 1 else [order]
        for name, new in zip(threshold.names, values, strict=True):
            for owner in _owners(threshold.module, name):
                setattr(owner, name, new)
        return self._run(users)

    def _run(self, users: set[tuple[str, str]]) -> bool:
        chosen = [entry for entry, reached in zip(self.items, self.reached, strict=True) if reached & users]
        for entry, after in _pairs(chosen):
            entry.config.hook.pytest_runtest_protocol(item=entry, nextitem=after)
            if entry.session.testsfailed:
                return True
        return False

    def _lists(self) -> Iterator[tuple[str, list[tuple[str, Callable[[], bool]]]]]:
        from services.parser.lexicon import lexicon

        for path in sorted((PARSER / "lexicon").glob("*.toml")):
            if path.stem != "rules":
                for keys, text in _leaves(lexicon(path.stem), ()):
                    name = f"{path.stem}.{'.'.join(keys)}"
                    if self.entries:
                        changes = [(repr(word), _without(path.stem, keys, word)) for word in text]
                    else:
                        changes = [("-> nothing", _without(path.stem, keys, None))]
                    yield name, changes


def _leaves(table: dict, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*keys, key))
        elif isinstance(value, list):
            yield (*keys, key), value


def _without(name: str, keys: tuple[str, ...], word: str | None) -> Callable[[], bool]:
    def change() -> bool:
        _forget()
        from services.parser.lexicon import lexicon

        table = lexicon(name)
        for key in keys[:-1]:
            table = table[key]
        text = table[keys[-1]]
        # A form that matches nothing: an empty list would match the empty text.
        table[keys[-1]] = [other for other in text if word is not None and other != word] or [r"(?!)"]
        return _run_anew()

    return change


def exempt() -> set[str]:
    """What the document lists: no page pins these, for the reason that stands there."""
    listed = ROOT / "docs" / "thresholds.md"
    return set(re.findall(r"^\| `([\w.]+)` ", listed.read_text("utf-8"), re.MULTILINE)) if listed.exists() else set()


def _users(threshold: Threshold) -> set[tuple[str, str]] | None:
    """The functions that read the number while they run; None if it is read while modules are loaded."""
    if threshold.in_class:
        return None
    users: set[tuple[str, str]] = set()
    for name in threshold.names:
        for owner in _owners(threshold.module, name):
            for node in tree(owner.__name__).body:
                loads = [
                    inner for inner in _at_load(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)
                ]
                if any(inner.id == name for inner in loads):
                    return None
            code = compile(tree(owner.__name__), owner.__file__ or "", "exec")
            users |= {_key(inner) for inner in _codes(code) if name in inner.co_names}
    return users


def _at_load(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when the module is loaded: no bodies of functions."""
    yield node
    for field, value in ast.iter_fields(node):
        if not (isinstance(node, ast.FunctionDef) and field == "body") and not (
            isinstance(node, ast.Lambda) and field == "body"
        ):
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, ast.AST):
                    yield from _at_load(inner)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


def _key(code: CodeType) -> tuple[str, str]:
    return code.co_filename, code.co_qualname


def _owners(module: str, name: str) -> list[ModuleType]:
    """The modules that hold the name: the one that gives it a value, and those that import it."""
    results = [sys.modules[module]]
    for other in modules():
        for node in ast.walk(tree(other)):
            if (
                isinstance(node, ast.ImportFrom)
                and node.module == module
                and name in {alias.name for alias in node.names}
            ):
                importlib.import_module(other)
                results.append(sys.modules[other])
    return results


def _pairs(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    return zip(items, [*items[1:], None], strict=True)


def _load_instead(name: str, module: ast.Module) -> None:
    """Makes the next import of the module give this tree."""
    _forget()
    code = compile(ast.fix_missing_locations(module), importlib.util.find_spec(name).origin, "exec")
    plain = SourceFileLoader.get_code
    SourceFileLoader.get_code = lambda loader, wanted: code if wanted == name else plain(loader, wanted)


def _forget() -> None:
    """Forgets every module that read the old number or list."""
    for name in list(sys.modules):
        if name.startswith(("services.parser", "test_", "pages", "golden")):
            del sys.modules[name]


def _unmoved() -> bool:
    _forget()
    return _run_anew()


def _run_anew() -> bool:
    return pytest.main(["-x", "-q", "--no-header", *UNTIMED, *files()]) != pytest.ExitCode.OK


def _in_child(work: Callable[[], bytes], *, aloud: bool = False) -> tuple[int, bytes]:
    """What the work gives in a process of its own, which cannot change anything here."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        if not aloud:
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
        answer = b"raised"
        try:
            answer = work()
        except BaseException as trouble:  # noqa: BLE001 - whatever it is, it was noticed
            answer = b"raised" + repr(trouble).encode()
        finally:
            os.close(reader)
            with os.fdopen(writer, "wb") as pipe:
                pipe.write(answer)
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    return os.waitpid(child, 0)[1], answer


def files() -> list[str]:
    order = [
        "test_edges.py",
        "test_edges_of_pages.py",
        "test_edges_of_dumps.py",
        "test_words.py",
        "test_dumps.py",
        "test_edges_of_sites.py",
        "test_pages.py",
    ]
    paths = [path for path in TESTS.rglob("test_*.py") if path.name not in SLOW]
    return [
        str(path)
        for path in sorted(paths, key=lambda path: (order.index(path.name) if path.name in order else 9, path))
    ]


def main() -> None:
    """Prints a line for each threshold or list; those marked FREE can be changed without any test noticing."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--words", action="store_true", help="drop each word list of the lexicon instead")
    arguments.add_argument("--entries", action="store_true", help="drop each entry of each list instead")
    arguments.add_argument("names", nargs="*")
    options = arguments.parse_args()
    session = Session(options.names, words=options.words, entries=options.entries)
    sys.exit(pytest.main(["-q", "--no-header", "-s", *UNTIMED, *files()], plugins=[session]))


if __name__ == "__main__":
    main()
