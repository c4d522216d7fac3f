"""Plain sockets for the mail protocols, dialled before the deadline at hand."""

import socket
from collections.abc import Sequence

from services.runtime.egress.errors import EgressError, NotReached, TimedOut
from services.runtime.egress.wire import CONNECT_SECONDS, MAX_ADDRESSES, remaining

SILENCE = 15.0
"""Seconds that a server may take for a line."""


def dial(host: str, addresses: Sequence[str], port: int) -> socket.socket:
    """A connection to the first of these addresses that takes one; an `EgressError` when none does."""
    trouble: EgressError = NotReached(f"{host} has no address.")
    for address in addresses[:MAX_ADDRESSES]:
        try:
            dialled = socket.create_connection((address, port), min(CONNECT_SECONDS, remaining(host)))
        except TimeoutError:
            trouble = TimedOut(f"{host} did not accept a connection in time.")
        except OSError as error:
            trouble = NotReached(f"{host} could not be reached: {(error.strerror or 'no connection').lower()}.")
        else:
            dialled.settimeout(SILENCE)
            return dialled
    raise trouble
