"""One request to a site that a test plays, and what came of it."""

from datetime import UTC, datetime

from services.fetcher.client import get
from services.runtime.egress import EgressSettings, Gate, Limits, open_client
from services.runtime.egress.wire import GuardedBackend

HOST = "news.example"


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


LIMITS = Limits(seconds=20.0, wire=500_000, decoded=1_500_000)


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def look(site, scheme="http", limits=LIMITS, path="/", **options):
    """One look, as the fetcher looks; the name resolves to this machine, which the operator allows."""
    gate = Gate.of(EgressSettings(egress_allow="127.0.0.0/8"))
    backend = GuardedBackend(gate, resolve=lambda *_: ["127.0.0.1"])
    with open_client(EgressSettings(contact="ops@example.org"), keep_alive=True, backend=backend) as client:
        return get(client, f"{scheme}://{HOST}:{site.port}{path}", now=NOW, limits=limits, **options)


def is_a_sentence(words):
    return words[0].isalnum() and words.endswith(".") and "\n" not in words and len(words) < 400
