"""The page at /docs: every operation, its parameters, what it answers, and a form that calls it, out of the OpenAPI.

A page of our own, because the usual one is loaded from a host that an installation without internet cannot reach, or
weighs 1.5 MB when carried along. This one is a single file, whose script and style its policy names by their digests; a
program takes /openapi.json.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import Any

from services.admin.reference_fields import BodyField, alternatives, fields, values

JsonObject = dict[str, Any]

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, td { overflow-wrap: anywhere; }
summary { cursor: pointer; padding: .4rem 0; border-top: 1px solid #8884; }
b { display: inline-block; min-width: 4.5rem; }
pre, output { overflow: auto; padding: .6rem; background: #8882; }
output { display: block; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 40rem; margin: .6rem 0; }
output:empty { display: none; }
table { display: block; overflow-x: auto; border-collapse: collapse; }
td { min-width: 4rem; } td:last-child { min-width: 8rem; } td { padding: .1rem 1rem .1rem 0; vertical-align: top; }
input, select, textarea, button { font: inherit; padding: .2rem .4rem; box-sizing: border-box; max-width: 100%; }
textarea { width: 100%; height: 12rem; font: 14px/1.4 monospace; }
.tools { display: flex; flex-wrap: wrap; gap: 1rem; } .tools input { width: 20rem; display: block; }
:root { color-scheme: light dark; }
"""
SCRIPT = (files("services.admin") / "reference.js").read_text()


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_digest(STYLE)}'; script-src 'sha256-{_digest(SCRIPT)}'; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy under which the page is whole: its own style and script, and calls of this API."""
TOOLS = """
<form class="tools"><label>API key, for the calls that need one
<input id="key" type="password" autocomplete="off" placeholder="dl_…"></label>
<label>Search the calls <input id="search" type="search"></label></form>
<p id="none" role="status" hidden>No call has these words.</p>
<p>The key is sent to this installation with each call that you try, and is gone when you leave the page.</p>
"""


def reference(openapi: JsonObject, address: str) -> str:
    """The page as HTML; `address` is where the API is called, without a slash at the end."""
    about = openapi["info"]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(about["title"])} API</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>{escape(about['title'])} API {escape(about['version'])}</h1><p>{_prose(about.get('description', ''))}</p>"
        f'<p>For programs: <a href="{escape(address)}/openapi.json">openapi.json</a>.</p>{TOOLS}'
        f"{''.join(_sections(openapi, address))}<script>{SCRIPT}</script></body></html>"
    )


def _sections(openapi: JsonObject, address: str) -> Iterator[str]:
    tags: dict[str, list[str]] = {}
    about = {tag["name"]: tag["description"] for tag in openapi.get("tags", ())}
    for path, method, operation in operations(openapi):
        tag = operation.get("tags", ["the service itself"])[0]
        tags.setdefault(tag, []).append(_operation(openapi, address, path, method, operation))
    for tag, shown in tags.items():
        text = f"<h2>{escape(tag)}</h2><p>{_prose(about.get(tag, ''))}</p>"
        yield f"<section>{text}{''.join(shown)}</section>"


def operations(openapi: JsonObject) -> Iterator[tuple[str, str, JsonObject]]:
    """Path, method and operation of everything that can be called."""
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def permission(operation: JsonObject) -> str | None:
    """The scope that an operation demands of a key; None when it needs no key."""
    return next((scope for need in operation.get("security", ()) for scopes in need.values() for scope in scopes), None)


def example(openapi: JsonObject, schema: JsonObject) -> Any:
    """A value of this schema: what it gives as an example, else its default, else the plainest one."""
    if reference := schema.get("$ref"):
        return example(openapi, openapi["components"]["schemas"][reference.rsplit("/", 1)[1]])
    if options := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return schema.get("default", example(openapi, options[0]))
    entries = [*schema.get("examples", ()), *schema.get("enum", ()), *(schema[k] for k in _TOLD if k in schema)]
    return entries[0] if entries else _plainest(openapi, schema)


_TOLD = ("const", "default")


def _plainest(openapi: JsonObject, schema: JsonObject) -> Any:
    if "properties" in schema:
        return {name: example(openapi, inner) for name, inner in schema["properties"].items()}
    if "items" in schema:
        return [example(openapi, schema["items"])]
    return {"integer": 1, "number": 1.0, "boolean": True, "object": {}}.get(schema.get("type", ""), "…")


def _operation(openapi: JsonObject, address: str, path: str, method: str, operation: JsonObject) -> str:
    scope = permission(operation)
    need = f"Needs a key with the scope <code>{escape(scope)}</code>." if scope else "Needs no key."
    answers = "".join(_answer(openapi, status, answer) for status, answer in operation["responses"].items())
    return (
        f"<details><summary><b>{method}</b> <code>{escape(path)}</code> "
        f"{escape(operation.get('summary', ''))}</summary>"
        f"<p>{_prose(operation.get('description', ''))}</p><p>{need}</p>"
        f"{_form(openapi, path, method, operation)}"
        f'<pre class="curl">{escape(_call(openapi, address, path, method, operation))}</pre>'
        f"<p>It answers:</p><table>{answers}</table>"
        "</details>"
    )


def _form(openapi: JsonObject, path: str, method: str, operation: JsonObject) -> str:
    parameters = "".join(_parameter(openapi, entry) for entry in operation.get("parameters", ()))
    body = _example_body(openapi, operation)
    text = f"<label>Body, as JSON<textarea>{escape(_json(body))}</textarea></label>" if body is not None else ""
    scope = escape(permission(operation) or "")
    return (
        f'<form data-method="{method}" data-path="{escape(path)}" data-scope="{scope}"><table>{parameters}</table>'
        f"{text}<p><button>Try it</button></p><output></output></form>{_about_body(openapi, operation)}"
    )


def _about_body(openapi: JsonObject, operation: JsonObject) -> str:
    """Every field of the body, and its further examples: the first one stands in the form."""
    schema = _body_schema(operation)
    if schema is None:
        return ""
    rows = "".join(map(_field, fields(openapi, schema)))
    shown = example(openapi, schema)
    examples = [entry for whole in alternatives(openapi, schema) for entry in whole.get("examples", ())]
    further = "".join(f"<pre>{escape(_json(entry))}</pre>" for entry in examples if entry != shown)
    return (f"<p>Fields of the body:</p><table>{rows}</table>" if rows else "") + (
        f"<p>Further examples of it:</p>{further}" if further else ""
    )


def _field(field: BodyField) -> str:
    need = "required" if field.required else "optional"
    cells = (f"<code>{escape(field.name)}</code>", escape(field.shape), need, _prose(field.about))
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _parameter(openapi: JsonObject, parameter: JsonObject) -> str:
    name, where, required = escape(parameter["name"]), escape(parameter["in"]), parameter.get("required")
    attributes = f'name="{name}" aria-label="{name}" data-in="{where}"{" required" if required else ""}'
    options = [escape(value) for value in values(openapi, parameter["schema"])]
    entries = "".join(f"<option>{option}</option>" for option in ("", *options))
    field = f"<select {attributes}>{entries}</select>" if options else f"<input {attributes}>"
    cells = (
        name,
        field,
        f"{where}, {'required' if required else 'optional'}",
        _prose(parameter.get("description", "")),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _answer(openapi: JsonObject, status: str, answer: JsonObject) -> str:
    content = answer.get("content", {})
    shape = content.get("application/json", {}).get("schema") if status.startswith("2") else None
    shown = f"<pre>{escape(_json(example(openapi, shape)))}</pre>" if shape else escape(", ".join(content))
    return f"<tr><td>{escape(status)}</td><td>{_prose(answer['description'])}</td><td>{shown}</td></tr>"


def _prose(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _call(openapi: JsonObject, address: str, path: str, method: str, operation: JsonObject) -> str:
    lines = [f"curl -X {method} '{address}{path}'"]
    if permission(operation):
        lines.append('-H "Authorization: Bearer $DATELINE_KEY"')
    if (body := _example_body(openapi, operation)) is not None:
        text = json.dumps(body, ensure_ascii=False)
        lines += ["-H 'Content-Type: application/json'", "-d '" + text.replace("'", "'\\''") + "'"]
    return " \\\n  ".join(lines)


def _example_body(openapi: JsonObject, operation: JsonObject) -> Any:
    schema = _body_schema(operation)
    return example(openapi, schema) if schema is not None else None


def _body_schema(operation: JsonObject) -> JsonObject | None:
    content: dict[str, JsonObject] = operation.get("requestBody", {}).get("content", {})
    return content["application/json"].get("schema") if content else None


def _json(words: Any) -> str:
    return json.dumps(words, ensure_ascii=False, indent=1)
