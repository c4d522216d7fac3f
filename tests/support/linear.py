"""Finds every pattern of the code that reads pages, and texts that a backtracking matcher would take long over.

A pattern must be made where its module is loaded, so that it can be found here: `patterns` walks the modules, the
containers and the objects in them. `methods` says how each is used. `attacks` derives texts from the pattern's own
tree: what leads to a loop and then what the loop takes, again and again, and then something that fails.
"""

import ast
import importlib
import inspect
import pkgutil
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from re import _constants as codes
from re import _parser as trees

METHODS = frozenset({"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})
FAILS = ("", "\x00", "!\n", " ~")
LONG = 16  # a loop that may go round so often is attacked


def modules(*packages):
    """The modules of these packages and of the packages in them."""
    for package in packages:
        root = importlib.import_module(package)
        yield root
        for walk_package in pkgutil.walk_packages(root.__path__, f"{package}."):
            yield importlib.import_module(walk_package.name)


def _source(module) -> str:
    return Path(module.__file__).read_text(encoding="utf-8")


def patterns(module) -> dict[re.Pattern, str]:
    """Every pattern that the module made, by the name under which it is asked."""
    result: dict[re.Pattern, str] = {}
    for name, value in vars(module).items():
        if not name.startswith("__"):
            for pattern, under in _within(value, name, module.__name__, set()):
                result.setdefault(pattern, under)
    for line, _, form in _written_in_place(module):
        if isinstance(form, ast.Constant):
            result.setdefault(re.compile(form.value), f"line {line}")
    return result


def _within(value, name: str, module: str, seen: set[int]) -> Iterator[tuple[re.Pattern, str]]:
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str | bytes):
            yield value, name
    else:
        for inner, under in _parts(value, name, module):
            yield from _within(inner, under, module, seen)


def _parts(value, name: str, module: str) -> Iterable[tuple[object, str]]:
    if isinstance(value, Mapping):
        return [(inner, name) for inner in (*value.keys(), *value.values())]
    if isinstance(value, tuple | list | set | frozenset):
        return [(inner, name) for inner in value]
    own = value.__module__ == module if inspect.isclass(value) else type(value).__module__.startswith("services.")
    names = [*getattr(value, "__dict__", {}), *getattr(type(value), "__slots__", ())] if own else ()
    return [(getattr(value, inner, None), inner) for inner in names]


def methods(module) -> dict[str, set[str]]:
    """By which methods the patterns under each name are asked, as far as the module's text tells."""
    used = {f"line {line}": {method} for line, method, _ in _written_in_place(module)}
    for node in ast.walk(ast.parse(_source(module))):
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            used.setdefault(_root(node.value), set()).add(node.attr)
    return used


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript | ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute):
            return node.attr
        node = node.value if isinstance(node, ast.Subscript) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def _written_in_place(module) -> Iterator[tuple[int, str, ast.expr]]:
    """Where `re` itself is asked: the line, the method, and what stands for the pattern."""
    for node in ast.walk(ast.parse(_source(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "re":
                yield node.lineno, node.func.attr, node.args[0]


def made_while_running(module) -> list[int]:
    """Lines that ask `re` for a pattern that is not written there: nobody would find it."""
    return [line for line, _, form in _written_in_place(module) if not isinstance(form, ast.Constant)]


def attacks(pattern: re.Pattern) -> list[tuple[str, str, str]]:
    """Texts to attack it with, each as a beginning, what is repeated, and an end."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    flags = pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags
    tree = trees.parse(source, flags & ~re.DEBUG)
    pumps = list(dict.fromkeys(_loops(list(tree), "")))
    alphabet = sorted({char for before, pump in pumps for char in before[-3:] + pump})[:24]
    whole = _sample(list(tree))
    chosen = random.Random(ascii(source))
    bare = [("", char, end) for char in alphabet for end in FAILS[:2]]
    mixed = [("", "".join(chosen.choices(alphabet or ["a"], k=size)), "") for size in (2, 3, 5, 7) for _ in range(2)]
    whole_again = [("", piece, end) for piece in (whole, whole[:-1], whole[1:]) if piece for end in FAILS[:2]]
    led = [entry for before, pump in pumps for entry in _led(before, pump)]
    return list(dict.fromkeys(led + bare + mixed + whole_again))


def _led(before: str, pump: str) -> Iterator[tuple[str, str, str]]:
    for end in FAILS:
        yield before, pump, end
    yield "", pump, FAILS[1]
    if before:
        yield "", before + pump, ""
        yield "", before, FAILS[1]


def _loops(sequence, before: str) -> Iterator[tuple[str, str]]:
    """What leads to each loop, and what the loop takes."""
    lead = before
    for code, argument in sequence:
        if code in {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}:
            _, most, body = argument
            if most >= LONG:
                yield from ((lead, pump) for pump in _samples(list(body)) if pump)
            yield from _loops(list(body), lead)
        elif code is codes.SUBPATTERN:
            yield from _loops(list(argument[3]), lead)
        elif code is codes.ATOMIC_GROUP:
            yield from _loops(list(argument), lead)
        elif code is codes.BRANCH:
            for branch in argument[1]:
                yield from _loops(list(branch), lead)
        elif code in {codes.ASSERT, codes.ASSERT_NOT}:
            yield from _loops(list(argument[1]), lead)
        lead += _sample([(code, argument)])


def _samples(sequence) -> list[str]:
    """A few texts that the sequence takes."""
    if len(sequence) == 1 and sequence[0][0] is codes.BRANCH:
        return [_sample(list(branch)) for branch in sequence[0][1][1]][:12]
    if len(sequence) == 1 and sequence[0][0] is codes.SUBPATTERN:
        return _samples(list(sequence[0][1][3]))
    if len(sequence) == 1 and sequence[0][0] in {codes.IN, codes.ANY, codes.NOT_LITERAL}:
        return _characters(*sequence[0])
    return [_sample(sequence)]


def _sample(sequence) -> str:
    return "".join(_one(code, argument) for code, argument in sequence)


def _one(code, argument) -> str:
    """One text that this node takes; empty for what takes nothing: an edge, a look around, a group named again."""
    if code is codes.LITERAL:
        return chr(argument)
    if code in {codes.IN, codes.ANY, codes.NOT_LITERAL}:
        return _characters(code, argument)[0]
    if code in {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}:
        least, most, body = argument
        return _sample(list(body)) * max(least, min(1, most))
    bodies = {
        codes.SUBPATTERN: lambda: argument[3],
        codes.ATOMIC_GROUP: lambda: argument,
        codes.BRANCH: lambda: argument[1][0],
    }
    return _sample(list(bodies[code]())) if code in bodies else ""


TYPICAL = "a1 A,.-/:(\"'é|\n_$>=<"


def _characters(code, argument) -> list[str]:
    """Characters that a class takes, those first that others are likely to take as well."""
    if code is codes.ANY:
        return ["a", " ", "1", ",", "A"]
    if code is codes.NOT_LITERAL:
        return [char for char in TYPICAL if ord(char) != argument][:4]
    try:
        matcher = re.compile(_as_class(argument))
    except re.error:
        return ["a"]
    fits = [char for char in TYPICAL if matcher.match(char)]
    own = [chr(value) for kind, value in argument if kind is codes.LITERAL]
    return (fits + own)[:6] or ["a"]


def _as_class(items: Iterable) -> str:
    parts = []
    for kind, value in items:
        if kind is codes.LITERAL:
            parts.append(re.escape(chr(value)))
        elif kind is codes.RANGE:
            parts.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        elif kind is codes.CATEGORY:
            parts.append(_CATEGORIES.get(value, ""))
    negated = "^" if any(kind is codes.NEGATE for kind, _ in items) else ""
    return f"[{negated}{''.join(parts)}]"


_CATEGORIES = {
    codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_NOT_DIGIT: r"\D", codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_NOT_SPACE: r"\S", codes.CATEGORY_WORD: r"\w", codes.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip
