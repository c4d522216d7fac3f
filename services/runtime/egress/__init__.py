"""The one guarded way out of the house: every request to a newsroom or a subscriber goes through `send`."""

from services.runtime.egress.addresses import Gate
from services.runtime.egress.client import Client, Limits, Response, open_client, send
from services.runtime.egress.errors import (
    EgressError,
    Forbidden,
    Garbled,
    NotReached,
    NotResolved,
    TimedOut,
    TlsFailed,
    TooLarge,
)
from services.runtime.egress.headers import retry_after
from services.runtime.egress.settings import EgressSettings, egress_settings
from services.runtime.egress.wire import deadline, meanwhile

__all__ = [
    "Client",
    "EgressError",
    "EgressSettings",
    "Forbidden",
    "Garbled",
    "Gate",
    "Limits",
    "NotReached",
    "NotResolved",
    "Response",
    "TimedOut",
    "TlsFailed",
    "TooLarge",
    "deadline",
    "egress_settings",
    "meanwhile",
    "open_client",
    "retry_after",
    "send",
]
