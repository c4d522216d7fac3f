"""Every message ever sent still means what it meant: services of different ages stand at one ledger.

`messages/<Kind>/<n>.json` are kept for good. Whoever adds a field to a message keeps one more, which has it. `0.json`
says the least that was ever allowed, so that no field may become required later.
"""

import json
from pathlib import Path

import pytest

from services.contracts.wiring import KINDS

KEPT = sorted(Path(__file__).with_name("messages").glob("*/*.json"))
named = pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}-{path.stem}")


@named
def test_what_was_once_sent_is_read_as_it_was_meant(path):
    """Each value that was sent is where it was; what was not sent yet has a default."""
    body = json.loads(path.read_text())
    assert told(body, spoken(read(path, body)))


@named
def test_a_field_from_the_future_is_ignored(path):
    """At every depth: a newer service may say more than we understand."""
    body = json.loads(path.read_text())
    assert read(path, with_news(body)) == read(path, body)


@pytest.mark.parametrize("kind", KINDS)
def test_the_newest_one_kept_is_what_is_said_today(kind):
    """Field for field; else what is on its way today could be forgotten by the next change."""
    newest = max((path for path in KEPT if path.parent.name == kind), key=lambda path: int(path.stem))
    body = json.loads(newest.read_text())
    assert spoken(read(newest, body)) == body


def read(path, words):
    return KINDS[path.parent.name].model_validate_json(json.dumps(words))


def spoken(message):
    return json.loads(message.model_dump_json())


def told(kept, now):
    """Whether everything of the one is in the other."""
    if isinstance(kept, dict):
        return all(name in now and told(value, now[name]) for name, value in kept.items())
    if isinstance(kept, list):
        return len(kept) == len(now) and all(map(told, kept, now))
    return kept == now


def with_news(words):
    if isinstance(words, dict):
        return {name: with_news(value) for name, value in words.items()} | {"from_the_future": {"a": [1]}}
    return [with_news(word) for word in words] if isinstance(words, list) else words
