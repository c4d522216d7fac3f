"""The page at /docs: every operation, its parameters, an example body and the line that calls it, out of the OpenAPI.

A page of our own, because the usual one is loaded from a host that an installation without internet cannot reach, or
weighs 1.5 MB when carried along. This one needs no script and no other file; a program that wants more than reading
takes /openapi.json.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

Words = dict[str, Any]

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
summary { cursor: pointer; padding: .4rem 0; border-top: 1px solid #8884; }
b { display: inline-block; min-width: 4.5rem; }
pre { overflow: auto; padding: .6rem; background: #8882; }
table { border-collapse: collapse; } td { padding: .1rem 1rem .1rem 0; vertical-align: top; }
:root { color-scheme: light dark; }
"""
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
SECURITY_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; frame-ancestors 'none'"
"""The Content-Security-Policy under which the page is whole: its own style and nothing else."""


def reference(openapi: Words, address: str) -> str:
    """The page as HTML; `address` is where the API is called, without a slash at the end."""
    tags: dict[str, list[str]] = {}
    for path, method, operation in operations(openapi):
        tag = operation.get("tags", ["the service itself"])[0]
        tags.setdefault(tag, []).append(_operation(openapi, address, path, method, operation))
    about = openapi["info"]
    sections = "".join(f"<h2>{escape(tag)}</h2>{''.join(shown)}" for tag, shown in tags.items())
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(about["title"])} API</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>{escape(about['title'])} API {escape(about['version'])}</h1><p>{_prose(about.get('description', ''))}</p>"
        f'<p>For programs: <a href="{escape(address)}/openapi.json">openapi.json</a>.</p>{sections}</body></html>'
    )


def operations(openapi: Words) -> Iterator[tuple[str, str, Words]]:
    """Path, method and operation of everything that can be called."""
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def permission(operation: Words) -> str | None:
    """The scope that an operation demands of a key; None when it needs no key."""
    return next((scope for need in operation.get("security", ()) for scopes in need.values() for scope in scopes), None)


def example(openapi: Words, schema: Words) -> Any:
    """A value of this schema: what it gives as an example, else its default, else the plainest one."""
    if reference := schema.get("$ref"):
        return example(openapi, openapi["components"]["schemas"][reference.rsplit("/", 1)[1]])
    if options := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return schema.get("default", example(openapi, options[0]))
    told = [*schema.get("examples", ()), *schema.get("enum", ()), *(schema[k] for k in _TOLD if k in schema)]
    return told[0] if told else _plainest(openapi, schema)


_TOLD = ("const", "default")


def _plainest(openapi: Words, schema: Words) -> Any:
    if "properties" in schema:
        return {name: example(openapi, inner) for name, inner in schema["properties"].items()}
    if "items" in schema:
        return [example(openapi, schema["items"])]
    return {"integer": 1, "number": 1.0, "boolean": True, "object": {}}.get(schema.get("type", ""), "…")


def _operation(openapi: Words, address: str, path: str, method: str, operation: Words) -> str:
    scope = permission(operation)
    need = f"Needs a key with the scope <code>{escape(scope)}</code>." if scope else "Needs no key."
    parameters = "".join(map(_parameter, operation.get("parameters", ())))
    return (
        f"<details><summary><b>{method}</b> <code>{escape(path)}</code> "
        f"{escape(operation.get('summary', ''))}</summary>"
        f"<p>{_prose(operation.get('description', ''))}</p><p>{need}</p><table>{parameters}</table>"
        f"<pre>{escape(_call(openapi, address, path, method, operation))}</pre></details>"
    )


def _parameter(parameter: Words) -> str:
    required = "required" if parameter.get("required") else "optional"
    cells = (parameter["name"], f"{parameter['in']}, {required}", parameter.get("description", ""))
    return f"<tr>{''.join(f'<td>{_prose(cell)}</td>' for cell in cells)}</tr>"


def _prose(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _call(openapi: Words, address: str, path: str, method: str, operation: Words) -> str:
    lines = [f"curl -X {method} '{address}{path}'"]
    if permission(operation):
        lines.append('-H "Authorization: Bearer $DATELINE_KEY"')
    if body := operation.get("requestBody", {}).get("content", {}).get("application/json"):
        words = json.dumps(example(openapi, body["schema"]), ensure_ascii=False)
        lines += ["-H 'Content-Type: application/json'", "-d '" + words.replace("'", "'\\''") + "'"]
    return " \\\n  ".join(lines)
