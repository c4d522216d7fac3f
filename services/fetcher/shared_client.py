"""The HTTP client that all requests of a fetcher process share."""

import os
from functools import cache

from services.runtime.egress import Client, egress_settings, open_client
from services.runtime.ledger.in_flight import MOST


def client() -> Client:
    """The guarded client of this process; a forked child makes one of its own."""
    return _client(os.getpid())


@cache
def _client(_pid: int) -> Client:
    return open_client(egress_settings(), keep_alive=True, connections=MOST)
