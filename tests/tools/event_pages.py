"""Writes docs/events.md and docs/schemas out of the shapes of contracts/events.py: run it after they changed."""

import json
from inspect import getdoc
from pathlib import Path

from services.contracts.event_examples import EXAMPLES, THIN_EXAMPLES
from services.contracts.events import EVENTS
from services.contracts.thin_events import THIN

DOCS = Path(__file__).parents[2] / "docs"
HEAD = """# Every event

Each type has an example and its JSON Schema. `python -m tests.tools.event_pages` makes this page from the code, and a
test keeps it true. [Webhooks](webhooks.md) says how events arrive and what is promised of them.
"""


def pages():
    """What each file under docs has to hold, by its path."""
    shapes = EVENTS | {f"{name}.thin": model for name, model in THIN.items()}
    schemas = {f"schemas/{name}.json": pretty(schema(name, model)) + "\n" for name, model in shapes.items()}
    return {"events.md": "\n".join([HEAD, *map(section, EVENTS)]), **schemas}


def section(name):
    sentence = f"## {name}\n\n{shown(EVENTS[name], name, EXAMPLES[name])}"
    return sentence + f"\n{shown(THIN[name], f'{name}.thin', THIN_EXAMPLES[name])}" if name in THIN else sentence


def shown(model, name, example):
    return f"{getdoc(model)} [JSON Schema](schemas/{name}.json)\n\n```json\n{pretty(example)}\n```\n"


def schema(name, model):
    """As of JSON Schema 2020-12; what it does not name may be there too."""
    own = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:dateline:event:{name}"}
    return own | whole(model.model_json_schema(mode="serialization"))


def whole(shape):
    """The schema with every field required: a null, an empty list or a default is sent like any other value."""
    if isinstance(shape, list):
        return [whole(inner) for inner in shape]
    if not isinstance(shape, dict):
        return shape
    required = {"required": list(shape["properties"])} if isinstance(shape.get("properties"), dict) else {}
    return {name: whole(inner) for name, inner in shape.items()} | required


def pretty(value):
    return json.dumps(value, indent=2, ensure_ascii=False)


if __name__ == "__main__":
    for path, text in pages().items():
        DOCS.joinpath(path).parent.mkdir(exist_ok=True)
        DOCS.joinpath(path).write_text(text)
