"""No page costs more than its size: every pattern is found by itself, attacked alone, and attacked in whole pages."""

import re
import signal
import time
from contextlib import contextmanager

import pytest

from services.parser.extract import extract
from tests.support import linear

pytestmark = pytest.mark.slow

MODULES = [
    module for module in linear.modules("services.parser", "services.fetcher", "services.contracts") if module.__file__
]
SHORT = 900
"""Characters at which a pattern is attacked alone: a matcher that takes exponential time never ends there."""
SECONDS = 1.0
"""Of CPU, after which it counts as endless; the slowest of today's takes 0.03."""
SIZES = 2_000, 32_000
"""Characters of the lines that whole pages are attacked with."""
GROWTH = 2.5
"""How much more than its size the larger page may cost: a quadratic step would make it sixteen times."""
ENDLESS = 4 * GROWTH
"""How many times of that are waited for: it is a share of what the smaller page costs, so that no load is a failure."""
TRIES = 3
FLOOR = 0.05
"""Seconds of CPU below which a time says nothing."""
WORST = 4
"""Attacks on each pattern that go into the pages."""
AT_ONCE = 100
"""Lines of one page: with more, the larger would be refused for its size."""
PLACES = {
    "dump": lambda lines: "A Storm Passes\n" + "\n".join(lines),
    "opening": "\n".join,
    "paragraphs": lambda lines: _page("".join(f"<p>{line}</p>" for line in lines)),
    "story lines": lambda lines: _page("".join(f"<div class='byline'>{line}</div>" for line in lines)),
    "captions": lambda lines: _page("".join(f"<figure><figcaption>{line}</figcaption></figure>" for line in lines)),
    "headings": lambda lines: _page("".join(f"<h1>{line}</h1><p>Short.</p>" for line in lines)),
    "links": lambda lines: _page("".join(f"<p>Read <a href='/{line}'>{line}</a></p>" for line in lines)),
    "pictures": lambda lines: _page("".join(f"<img src='/{line}' alt='{line}'>" for line in lines)),
    "window": lambda lines: f"<html><head><title>{' '.join(lines)}</title></head><body><p>Words.</p></body></html>",
}


def _page(inner):
    return f"<html><head><title>A Storm Passes</title></head><body><main><h1>A Storm</h1>{inner}</main></body></html>"


class Endless(Exception):  # noqa: N818 - named for what happened
    """The time that any pattern may take is over."""


@contextmanager
def limited(seconds):
    def stop(*_):
        raise Endless

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def ask(pattern, method, text):
    if isinstance(pattern.pattern, bytes):
        text = text.encode("latin-1", "replace")
    if method in {"sub", "subn"}:
        pattern.sub(text[:0], text)
    elif method == "finditer":
        list(pattern.finditer(text))
    else:
        getattr(pattern, method)(text)


def asked(module):
    """Each pattern of the module, and each method by which it is asked."""
    used = linear.methods(module)
    for pattern, name in linear.patterns(module).items():
        for method in used.get(name) or {"fullmatch" if name == "_pattern" else "search"}:
            yield pattern, name, method


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_no_pattern_is_ever_endless(module):
    for pattern, name, method in asked(module):
        for before, pump, end in linear.attacks(pattern):
            try:
                with limited(SECONDS):
                    ask(pattern, method, before + (pump * SHORT)[:SHORT] + end)
            except Endless:
                pytest.fail(f"{name}.{method} never ends on {before!r} + {pump!r} * n + {end!r}")


def test_an_endless_pattern_would_be_seen():
    """What the test above relies on: the tree of a pattern gives its own attack away."""
    bad = re.compile(r"home(?: ?/ ?[\w ]{2,60})+")
    with pytest.raises(Endless), limited(SECONDS):
        _attack(bad, "fullmatch")


def _attack(pattern, method):
    for before, pump, end in linear.attacks(pattern):
        ask(pattern, method, before + (pump * SHORT)[:SHORT] + end)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_pattern_can_be_found(module):
    """It is made as its module is loaded, or written where it is used; but for what operators write into a scope."""
    assert module.__name__ == "services.fetcher.scope" or linear.made_while_running(module) == []


LENGTHS = 2_000, 8_000
"""Characters at which the costs of a pattern alone are compared."""
SOON = 0.005
"""Seconds of CPU below which the longer of the two says nothing: a quadratic pattern takes longer."""
RAW = frozenset({"nature", "characters", "hostile", "wrapping", "json_ld", "unclosed", "text", "hidden"})
"""Modules of the parser whose patterns see runs of white space; others are shown lines in which it was squeezed."""
BOUNDED = {
    "services.parser.byline": 400,
    "services.parser.byline_names": 400,
    "services.parser.credits": 1_000,
    "services.parser.credits.LABEL": 200,
    "services.parser.dateline": 240,
    "services.parser.awards": 200,
    "services.parser.award_kinds": 200,
    "services.parser.dumps.broken": 40,
    "services.parser.names": 100,
}
"""Modules with quadratic patterns, or single patterns, and the characters of the longest text that they show these."""


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_pattern_costs_what_its_text_is_long(module):
    """Four times the characters cost little more than four times as much, with the worst of its attacks."""
    slow = {
        (name, method, attack)
        for pattern, name, method in asked(module)
        if (attack := _slow(pattern, method, _sizes(module, name), squeezed=_sees_lines(module)))
    }
    assert slow == set()


def _sizes(module, name):
    most = BOUNDED.get(f"{module.__name__}.{name}", BOUNDED.get(module.__name__, LENGTHS[1]))
    return most // 4, most


def _sees_lines(module):
    return module.__name__.startswith("services.parser.") and module.__name__.rpartition(".")[2] not in RAW


def _slow(pattern, method, sizes=LENGTHS, *, squeezed=False):
    """The attack for which a longer text costs more than its length."""
    attacks = [attack for attack in linear.attacks(pattern) if not (squeezed and attack[1].isspace())]
    worst = sorted(attacks, key=lambda attack: -_cost(pattern, method, *attack))[:WORST]
    return next((attack for attack in worst if _grows(pattern, method, attack, sizes)), None)


def _grows(pattern, method, attack, sizes):
    """Whether it does; measured again where it seems so, because a busy machine lies."""
    return all(_grew(pattern, method, *attack, sizes) for _ in range(5))


def _grew(pattern, method, before, pump, end, sizes):
    short, long = (before + (pump * size)[:size] + end for size in sizes)
    try:
        with limited(SECONDS):
            cost, more = (_seconds_of(pattern, method, text) for text in (short, long))
    except Endless:
        return True
    return more > max(SOON, cost * sizes[1] / sizes[0] * GROWTH)


def _seconds_of(pattern, method, text):
    # Not the processor time of the process: while a timer of that runs, Linux counts it in steps of 4 to 8 ms.
    begun = time.thread_time()
    ask(pattern, method, text)
    return time.thread_time() - begun


@pytest.mark.parametrize("form", [r"\s+$", r"\w+@", r"(.+?),?\s+and\s+([^,]+,.+)$"])
def test_a_quadratic_pattern_would_be_seen(form):
    assert _slow(re.compile(form), "search", (1_000, 16_000))


@pytest.fixture(scope="module")
def worst():
    """For each pattern of the parser the attacks that cost most, as before, pump and end."""
    extract(PLACES["paragraphs"](["A sentence of some words ends here, and so does the page."] * 5).encode())  # imports
    results = []
    for module in linear.modules("services.parser"):
        if module.__file__:
            for pattern, _, method in asked(module):
                # White space is squeezed before any pattern sees it.
                shown = [attack for attack in linear.attacks(pattern) if not attack[1].isspace()]
                results += sorted(shown, key=lambda attack: -_cost(pattern, method, *attack))[:WORST]
    return list(dict.fromkeys(results))


def _cost(pattern, method, before, pump, end):
    text = before + (pump * SHORT)[:SHORT] + end
    begun = time.perf_counter()
    ask(pattern, method, text)
    return time.perf_counter() - begun


@pytest.mark.parametrize("place", PLACES)
def test_a_page_of_attacks_costs_its_size(worst, place):
    """Each line of the page attacks one pattern; sixteen times the characters may cost little more than that."""
    times = [_times(place, worst)]
    while times[-1] > GROWTH and len(times) < TRIES:  # a busy machine lies
        times.append(_times(place, worst))
    assert min(times) <= GROWTH, (
        f"{min(times) * SIZES[1] / SIZES[0]:.1f} times as much for {SIZES[1] // SIZES[0]} times"
    )


def _times(place, attacks):
    """How much more than its size the larger page costs; as many times as can be waited for, if it does not end."""
    small, most = _seconds(place, attacks, SIZES[0]), SIZES[1] / SIZES[0] * ENDLESS
    try:
        with limited(small * most):
            return _seconds(place, attacks, SIZES[1]) / small * SIZES[0] / SIZES[1]
    except Endless:
        return ENDLESS


def _seconds(place, attacks, size):
    lines = [before + (pump * size)[:size] + end for before, pump, end in attacks]
    lines = [line.replace("<", "(").replace("'", "`").replace("\n", " ") for line in lines]
    pages = [PLACES[place](lines[start : start + AT_ONCE]) for start in range(0, len(lines), AT_ONCE)]
    begun = time.thread_time()
    for page in pages:
        extract(page.encode(errors="replace"))
    return max(time.thread_time() - begun, FLOOR)
