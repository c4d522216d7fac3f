"""What may lie in Redis under a queue's name and is no wake-up: elements of every kind, and keys of another type."""

import json
from base64 import b64encode

from services.runtime.celery.broker_gate import PREFIX, TASK


def hint(kind="SaveArticle", ids=(1,)):
    """A wake-up as it lies in a queue."""
    return _saying(json.dumps([[kind, list(ids)], {}, {"callbacks": None, "errbacks": None}]))


def _saying(words):
    way = {"exchange": "", "routing_key": "fetcher"}
    return {
        "body": b64encode(words.encode()).decode(),
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {"lang": "py", "task": TASK, "id": "a", "eta": None, "expires": None, "timelimit": [None, None]},
        "properties": {"delivery_tag": "a", "delivery_info": way, "body_encoding": "base64", "priority": 0},
    }


def _with(**parts):
    return hint() | {name.replace("_", "-"): part for name, part in parts.items()}


def _within(part, **words):
    return _with(**{part: hint()[part] | words})


def _without(part, name):
    return _with(**{part: {entry: text for entry, text in hint()[part].items() if entry != name}})


MESSAGES = {
    "null": None,
    "a number": 7,
    "a text": "x",
    "a list": [],
    "nothing in it": {},
    "a body that is no base64": _with(body="%%%"),
    "a body that is no JSON": _saying("{"),
    "a body without a call": _saying("[]"),
    "a call of nothing": _saying("[[], {}, {}]"),
    "a call with names": _saying('[["SaveArticle", [1]], {"kind": "Deliver"}, {}]'),
    "a kind that is a number": hint(7),
    "ids that are none": hint(ids=("x", None)),
    "an id beyond every database": hint(ids=(2**70,)),
    "more ids than a wake-up carries": hint(ids=range(1, 5_000)),
    "pickle": _with(content_type="application/x-python-serialize", body=b64encode(b"\x80\x04\x95").decode()),
    "another coding": _with(content_encoding="rot13"),
    "no headers": _with(headers=None),
    "another task": _within("headers", task="no.such.task"),
    "no number": _without("headers", "id"),
    "a time that is none": _within("headers", eta="once upon a time"),
    "a time in a thousand years": _within("headers", eta="3026-01-01T00:00:00+00:00"),
    "limits that are none": _within("headers", timelimit="x"),
    "compressed": _within("headers", compression="application/x-gzip"),
    "no properties": _with(properties=None),
    "no tag": _without("properties", "delivery_tag"),
    "a tag that is none": _within("properties", delivery_tag={}),
    "no way": _without("properties", "delivery_info"),
}
"""What can be read as JSON, by what is wrong with it."""

ELEMENTS = [json.dumps(message).encode() for message in MESSAGES.values()]
ELEMENTS += [b"", b"not JSON", b"\xff\xfe\x00", b"\x80\x04\x95", b"[" * 10_000]
HUGE = b"x" * 50_000_000


def takes_the_place_of(client, name):
    """A key of another type under this name of ours."""
    client.delete(f"{PREFIX}{name}")
    client.set(f"{PREFIX}{name}", "in the way")
