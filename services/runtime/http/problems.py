"""What the `api.py` of every service shares: problems, who may ask, and pages by cursor.

How a caller is found is told by the composition root: `app.state.authenticate` is a `Callable[[str], Caller | None]`.
"""

import binascii
import json
import re
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import structlog
from fastapi import FastAPI, Path, Query, Request, Security, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials, HTTPBearer
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.contracts.caller import Caller, Permission
from services.contracts.errors import UserError
from services.runtime import tracing
from services.runtime.engines import NoInstallation
from services.runtime.known_fields import about_unknown

PROBLEM = "application/problem+json"
MAX_ID = 2**63 - 1
"""The largest id that both databases keep."""
ERRORS = 20
"""The most errors that one answer names."""
WHERE = 200
"""Characters of the place of an error."""
LIMIT = 200
"""The longest page of a listing."""

_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
log = structlog.get_logger()
T = TypeVar("T")


class Problem(HTTPException):
    """Ends a request with `application/problem+json` (RFC 9457); `detail` says what to do next."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(status, detail or title, headers)
        self.words = {"title": title, "status": status, **({"detail": detail} if detail else {}), **members}

    def response(self) -> Response:
        """The answer; it names the trace, so that the lines of the log that belong to it can be found."""
        fields = self.words | {"trace_id": trace_id} if (trace_id := tracing.current()) else self.words
        # ASCII, because a name that the client made up may hold what UTF-8 cannot.
        return Response(json.dumps(fields), self.status_code, self.headers, media_type=PROBLEM)


def refuse_unknown_parameters(request: Request) -> None:
    """Raises a 422 problem for a query with a name that its route does not know: misspelt, it would mean nothing."""
    if not request.query_params:
        return
    known = _parameters(request.scope["route"])
    if unknown := [name for name in dict.fromkeys(request.query_params) if name not in known]:
        errors = [{"where": f"query/{name}"[:WHERE], "detail": "Not known here."} for name in unknown[:ERRORS]]
        advice = f"Known here: {', '.join(known)}." if known else "Nothing can be chosen here by a query."
        raise Problem(
            422, "Query not understood", f"There is no parameter {unknown[0][:100]!r}. {advice}", errors=errors
        )


def _parameters(route: APIRoute) -> tuple[str, ...]:
    return tuple(
        field.alias for field in get_flat_params(route.dependant) if isinstance(field.field_info, params.Query)
    )


class FieldError(BaseModel):
    """One fault of a request."""

    where: str = Field(description="`body`, `query` or `path`, and the way to the part: `body/channels/0/url`")
    detail: str


class ProblemWords(BaseModel, title="Problem"):
    """Why a request was not served (RFC 9457)."""

    title: str
    status: int
    detail: str | None = Field(default=None, description="What to do next")
    trace_id: str | None = Field(default=None, description="Finds the lines of the log that belong to the request")
    errors: list[FieldError] | None = Field(default=None, description=f"{ERRORS} at most")
    scope: str | None = Field(default=None, description="The scope that the key lacks")


def answer_with_problems(app: FastAPI) -> None:
    """Every refusal and every failure of the app becomes a problem."""
    answers = {
        HTTPException: _refused,
        RequestValidationError: _misunderstood,
        UserError: _unfit,
        DataError: _out_of_range,
        OverflowError: _out_of_range,
        OperationalError: _database_busy,
        NoInstallation: _database_busy,
        NoConnection: _database_busy,
    }
    for kind, answer in answers.items():
        app.add_exception_handler(kind, answer)


async def _refused(_request: Request, error: Exception) -> Response:
    if isinstance(error, Problem):
        return error.response()
    if not isinstance(error, HTTPException):
        raise error
    advice = {
        404: "Nothing lives at this address; /docs lists what does.",
        405: "This address does not take that method; /docs lists those it takes.",
    }
    phrase = HTTPStatus(error.status_code).phrase
    detail = advice.get(error.status_code) or (error.detail if error.detail != phrase else None)
    return Problem(error.status_code, phrase, detail, headers=error.headers).response()


async def _misunderstood(request: Request, error: Exception) -> Response:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    if faults and faults[0]["type"] == "json_invalid":
        where, why = faults[0]["loc"][1], faults[0]["ctx"]["error"]
        return Problem(400, "Malformed JSON", f"The body is not JSON at character {where}: {why}.").response()
    errors = [
        {"where": "/".join(map(str, fault["loc"]))[:WHERE], "detail": _sentence(request, fault)}
        for fault in faults[:ERRORS]
    ]
    more = f" There are {len(faults) - ERRORS} more." if len(faults) > ERRORS else ""
    about = " JSON needs Content-Type: application/json." if any(f["loc"][0] == "body" for f in faults) else ""
    advice = f"Mend what `errors` names and ask again.{more}{about}"
    return Problem(422, "Request not understood", advice, errors=errors).response()


async def _unfit(_request: Request, error: Exception) -> Response:
    return Problem(422, "Request not possible", str(error)).response()


async def _out_of_range(_request: Request, error: Exception) -> Response:
    log.warning("out_of_range", error=type(error).__name__)
    return Problem(422, "Value out of range", "A number is too large or a text holds a NUL character.").response()


async def _database_busy(_request: Request, error: Exception) -> Response:
    log.warning("database_busy", error=f"{type(error).__name__}: {error}"[:300])
    advice = "The database is busy or away; nothing was changed, ask again in a moment."
    return Problem(503, "Database not available", advice, headers={"Retry-After": "2"}).response()


def _sentence(request: Request, fault: Mapping[str, Any]) -> str:
    body = getattr(request.scope.get("route"), "body_field", None)
    if fault["type"] == "extra_forbidden" and body:
        return about_unknown(body.field_info.annotation, fault["loc"][1:])
    return str(fault["msg"]).removeprefix("Value error, ")


_bearer = HTTPBearer(scheme_name="key", description="An API key: `Authorization: Bearer dl_…`", auto_error=False)
_basic = HTTPBasic(
    scheme_name="password",
    description="For feed readers: an API key as the password, with any user name.",
    auto_error=False,
)
Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


def requires(permission: Permission) -> Any:
    """A dependency that gives the `Caller`, when their key permits this; else it answers 401 or 403."""

    def caller(request: Request, presented: Bearer) -> Caller:
        return _admitted(request, permission, presented.credentials if presented else None, "Bearer")

    # The scope is named in the OpenAPI as well, where a security requirement may list roles.
    return Security(caller, scopes=[permission])


def requires_unless(permission: Permission, is_open: Callable[[], bool]) -> Any:
    """A dependency that asks for this permission, unless the operator has opened what it guards to everybody."""

    def caller(request: Request, presented: Bearer) -> Caller | None:
        if is_open():
            return None
        return _admitted(request, permission, presented.credentials if presented else None, "Bearer")

    return Security(caller, scopes=[permission])


def requires_also_as_password(permission: Permission) -> Any:
    """The same for programs that only know user name and password: the key is the password, whoever the user."""

    def caller(
        request: Request, presented: Bearer, login: Annotated[HTTPBasicCredentials | None, Security(_basic)]
    ) -> Caller:
        password = login.password if login else None
        key = presented.credentials if presented else password
        return _admitted(request, permission, key, 'Basic realm="Dateline", Bearer')

    return Security(caller, scopes=[permission])


def _admitted(request: Request, permission: Permission, key: str | None, challenge: str) -> Caller:
    # Who is there already was admitted by our own code: nobody outside can write into the state of a request.
    result: Caller | None = getattr(request.state, "caller", None)
    if result is None and key is None:
        raise _unauthorized(challenge, "Send your API key: `Authorization: Bearer dl_…`.")
    result = result or request.app.state.authenticate(key)
    if result is None:
        refuse_wrong_keys(request)
        advice = "This key is unknown, revoked or expired; ask the operator for another."
        raise _unauthorized(challenge.replace("Bearer", 'Bearer error="invalid_token"'), advice)
    request.state.caller = result
    if not result.may(permission):
        raise forbidden(result, permission)
    return result


def refuse_wrong_keys(request: Request) -> None:
    """Raises a 429 problem for one more wrong key from an address that has sent too many."""
    if turnstile := getattr(request.state, "turnstile", None):
        turnstile.refuse(request.client.host if request.client else "", time.monotonic())


def _unauthorized(challenge: str, advice: str) -> Problem:
    return Problem(401, "No valid API key", advice, headers={"WWW-Authenticate": challenge})


def forbidden(caller: Caller, permission: Permission) -> Problem:
    """The problem of a caller whose key lacks a scope."""
    challenge = f'Bearer error="insufficient_scope", scope="{permission}"'
    advice = f"The key {caller.name!r} lacks the scope `{permission}`; ask the operator for a key that has it."
    return Problem(403, "Not permitted", advice, headers={"WWW-Authenticate": challenge}, scope=permission)


def storable(text: str) -> str:
    """The text itself, when both databases can keep it; a `ValueError` else."""
    if _NOT_STORABLE.search(text):
        raise ValueError("Text may hold neither NUL characters nor half surrogate pairs.")
    return text


Storable = Annotated[str, AfterValidator(storable)]
"""Text that both databases can keep. Limits of length go in front of `storable`, in an annotation of their own."""


def _instant(value: object) -> object:
    bare = isinstance(value, str) and _DATE.fullmatch(value)
    return f"{value}T00:00:00Z" if bare else value


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_instant),
    Field(
        description="A time with its zone, or a bare date, which is its midnight UTC.",
        examples=["2026-11-29T08:00:00Z", "2026-11-29"],
    ),
]
Id = Annotated[int, Path(ge=1, le=MAX_ID)]
Limit = Annotated[int, Query(ge=1, le=LIMIT, description="At most so many, newest first.")]
After = Annotated[str | None, Query(max_length=1_000, description="`next` of the page before.")]


def cursor(listing: str, *position: str | int | datetime) -> str:
    """The place after which the next page of this listing begins, as an opaque text."""
    entries = [place.isoformat() if isinstance(place, datetime) else place for place in position]
    place = json.dumps(entries, separators=(",", ":")).encode()
    return urlsafe_b64encode(_seal(listing, place) + place).decode().rstrip("=")


def position(listing: str, after: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """What `cursor` was given, with these types; None without a cursor, a 422 problem for one we did not make."""
    if after is None:
        return None
    try:
        sealed = b64decode(after.encode("ascii") + b"=" * (-len(after) % 4), altchars=b"-_", validate=True)
        if sealed[:_SEAL] != _seal(listing, sealed[_SEAL:]):
            raise _foreign_cursor()
        text = json.loads(sealed[_SEAL:])
        return tuple(_place(kind, term) for kind, term in zip(kinds, text, strict=True))
    except (binascii.Error, UnicodeError, ValueError, TypeError):
        raise _foreign_cursor() from None


def page(rows: Sequence[T], limit: int, cursor_of: Callable[[T], str]) -> tuple[Sequence[T], str | None]:
    """One page of `limit` rows and the cursor of the next, out of `limit + 1` rows that were asked for."""
    shown = rows[:limit]
    return shown, cursor_of(shown[-1]) if len(rows) > limit else None


_SEAL = 6


def _seal(listing: str, place: bytes) -> bytes:
    # No secret: a forged cursor only leads where its maker may read anyway. This catches damage and mix-ups.
    return sha256(listing.encode() + b"\x00" + place).digest()[:_SEAL]


def _place(kind: type, word: Any) -> Any:
    if kind is datetime:
        when = datetime.fromisoformat(word)
        if when.tzinfo is None:
            raise ValueError(word)
        return when
    if type(word) is not kind:
        raise TypeError(kind)
    return word


def _foreign_cursor() -> Problem:
    return Problem(422, "Cursor not understood", "Take `next` from the page before as it is, or begin without `after`.")
