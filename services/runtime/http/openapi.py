"""The OpenAPI as programs and people read it: one shape of a problem, words for each operation, names that are unique.

FastAPI gives each operation a problem of its own, as `application/problem+json` is no type that it makes schemas for.
"""

from typing import Any

from fastapi import FastAPI

from services.runtime.http.problems import PROBLEM, ProblemWords

JsonObject = dict[str, Any]

SCHEMAS = "#/components/schemas/"
_FROM_FASTAPI = ("HTTPValidationError", "ValidationError")
"""Its own words for a request that is not understood, which no operation answers with."""


def problems() -> dict[int | str, JsonObject]:
    """For `FastAPI(responses=…)`: every operation may answer with a problem."""
    content = {PROBLEM: {"schema": {"$ref": f"{SCHEMAS}Problem"}}}
    return {"default": {"description": "A problem (RFC 9457)", "content": content}}


def describe(app: FastAPI) -> None:
    """Makes `app.openapi()` complete and readable; it is made once, when it is first asked for."""
    plain = app.openapi

    def openapi() -> JsonObject:
        return app.openapi_schema or _completed(plain())

    app.openapi = openapi  # type: ignore[method-assign] # as FastAPI documents it


def _completed(document: JsonObject) -> JsonObject:
    schemas = document["components"]["schemas"]
    problem = ProblemWords.model_json_schema(ref_template=f"{SCHEMAS}{{model}}")
    schemas |= problem.pop("$defs") | {"Problem": problem}
    for name in _FROM_FASTAPI:
        schemas.pop(name, None)
    for paths in (document["paths"], document.get("webhooks", {})):
        for operation in (operation for methods in paths.values() for operation in methods.values()):
            operation["responses"].pop("422", None)
            operation["summary"] = _summary(operation["operationId"])
    return document


def _summary(name: str) -> str:
    entries = [_SPELT.get(term, term) for term in name.split("_")]
    return " ".join([entries[0].capitalize(), *entries[1:]])


_SPELT = {"atom": "Atom", "json": "JSON", "reingestion": "re-ingestion", "reingestions": "re-ingestions"}
