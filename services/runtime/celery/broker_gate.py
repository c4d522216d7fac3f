"""Redis as Celery's broker, with a gate: what lies in a queue and is no wake-up of ours is refused with one sentence.

kombu ends a worker's main process over a single element that it cannot read, and over a key of another type. Nothing in
Redis is worth that: whatever is thrown away here is still in the ledger, and the sweep reminds of it.
"""

from base64 import b64decode
from collections.abc import Sequence
from queue import Empty
from typing import Annotated, Any, Literal

import structlog
from kombu.transport import TRANSPORT_ALIASES, redis
from pydantic import BaseModel, BeforeValidator, Field, Json, ValidationError
from redis.exceptions import ResponseError

TASK = "dateline.handle"
PREFIX = "dateline:"
MOST = 1_000
"""Ids in one wake-up, at most: ours carry far fewer."""
ADVICE = "Somebody else writes there; give Dateline a Redis of its own. Nothing is lost: the sweep will carry the work."

_Id = Annotated[int, Field(strict=True, ge=1, lt=2**63)]
_Nothing = Annotated[dict[str, None], Field(max_length=0)]
_Said = tuple[tuple[str, Annotated[list[_Id], Field(max_length=MOST)]], _Nothing, dict[str, object]]

log = structlog.get_logger()


class _Headers(BaseModel):
    """Of what Celery puts there, what it stumbles over when it is another."""

    task: Literal["dateline.handle"]
    id: str
    timelimit: tuple[float | None, float | None] = (None, None)
    eta: None = None
    expires: None = None
    compression: None = None


class _Way(BaseModel):
    exchange: str
    routing_key: str


class _Properties(BaseModel):
    delivery_tag: str
    delivery_info: _Way
    body_encoding: Literal["base64"]


class Hint(BaseModel):
    """What a wake-up looks like in a queue: the task, a kind, and ids."""

    content_type: Literal["application/json"] = Field(alias="content-type")
    content_encoding: Literal["utf-8"] = Field(alias="content-encoding")
    headers: _Headers
    properties: _Properties
    body: Annotated[Json[_Said], BeforeValidator(b64decode)]


class GuardedChannel(redis.Channel):
    """Reads wake-ups, and nothing else."""

    def _brpop_read(self, **options: Any) -> Any:
        reserved = set(self.qos._delivered)  # noqa: SLF001 - kombu tells nobody else which they are
        try:
            return super()._brpop_read(**options)  # type: ignore[no-untyped-call] # kombu has no types
        except (Empty, *self.connection_errors):
            raise
        except Exception as trouble:
            with self.conn_or_acquire() as client:
                if not cleared(client, trouble) and isinstance(trouble, ResponseError):
                    raise  # Redis has troubles of its own
            log.warning("wake_up_refused", error=_sentence(trouble), advice=ADVICE)
            for tag in set(self.qos._delivered) - reserved:  # noqa: SLF001 - as above
                self.qos.ack(tag)
        raise Empty


class Transport(redis.Transport):
    """Delivers to the worker what has the shape of a wake-up."""

    Channel = GuardedChannel
    # Seconds that Redis lets a worker wait for a wake-up that does not come. kombu's one second wakes both every
    # second.
    brpop_timeout = 5

    def _deliver(self, message: object, queue: str) -> None:
        Hint.model_validate(message)
        super()._deliver(message, queue)  # type: ignore[no-untyped-call] # as above


def stand_at_the_gate() -> None:
    """From now on this process reads Redis by way of the gate."""
    TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), f"{__name__}:{Transport.__name__}"))


def is_wrong_type(trouble: Exception) -> bool:
    """Whether Redis holds something under one of our names that is not what we keep there."""
    return isinstance(trouble, ResponseError) and "WRONGTYPE" in str(trouble)


def cleared(client: Any, trouble: Exception) -> bool:
    """Whether that was the trouble; then all that is under our prefix is gone."""
    if is_wrong_type(trouble):
        clear(client)
    return is_wrong_type(trouble)


def clear(client: Any, but: Sequence[str] = ()) -> None:
    """Takes everything under our prefix away, but for the wake-ups that wait in these queues."""
    for key in list(client.scan_iter(match=f"{PREFIX}*", count=1_000)):
        if key.decode("utf-8", "replace").removeprefix(PREFIX) not in but or client.type(key) != b"list":
            client.execute_command("UNLINK", key)


def _sentence(trouble: Exception) -> str:
    if not isinstance(trouble, ValidationError):
        return f"{type(trouble).__name__}: {trouble}"[:200]
    first = trouble.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'all of it'}: {first['msg']}"[:200]
