"""What the world sends instead of news: each gives one clear sentence, is counted, and loses nothing."""

import contextlib
import http.server
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import create_engine, text

from services.contracts.urls import canonical_url
from services.fetcher.schedule import HOST_PATIENCE
from services.runtime.redis_server import free_port
from services.runtime.settings import RuntimeSettings
from tests.fakes import newsroom as ways
from tests.support import invariants

pytestmark = pytest.mark.e2e

QUIET = {"DATELINE_FETCHER_FEED_INTERVAL": "3600", "DATELINE_FETCHER_REVISIT_SCALE": "100"}
sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def self_signed(tmp_path):
    """A server on loopback whose certificate nobody has signed but itself; its address."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    chain = tmp_path / "self-signed.pem"
    chain.write_bytes(
        made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    server.handle_error = lambda *_: None
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}/feed"
    server.shutdown()
    server.server_close()


FEEDS = {
    "missing": (ways.missing(), "gone", "answered 404"),
    "broken": (ways.broken(), "unavailable", "answered 500"),
    "no-feed": (ways.not_an_article(), "unreadable", ""),
    "empty": (ways.empty(), "empty", "empty"),
    "binary": (ways.binary(), "unreadable", ""),
    "malformed": (ways.malformed_feed(), "read", "The feed is damaged at line 1"),
}
HOSTS = {
    "unreachable": ("unavailable", "127.0.0.1"),
    "unknown-name": ("unavailable", "newsroom.invalid could not be resolved"),
    "self-signed": ("unavailable", "certificate"),
}


@sqlite
def test_a_source_that_gives_no_feed_says_why_and_leaves_the_others_alone(starts, newsroom, subscriber, self_signed):
    """Nine kinds of trouble with a channel, each a sentence on its row; the news of the healthy one comes through."""
    service = starts(**QUIET)
    service.subscribes(subscriber)
    addresses = {
        "unreachable": f"http://127.0.0.1:{free_port()}/feed",
        "unknown-name": "http://newsroom.invalid/feed",
        "self-signed": self_signed,
    }
    for name, (misbehaviour, _, _) in FEEDS.items():
        newsroom.misbehaves(f"/feeds/{name}", misbehaviour)
        addresses[name] = f"{newsroom.url}/feeds/{name}"
    for name, url in addresses.items():
        service.post("/sources", 201, json={"name": name, "channels": [{"kind": "feed", "url": url}]})

    def channels():
        return {name: service.get(f"/sources/{name}")["channels"][0] for name in addresses}

    service.waits_for(lambda: all(value["outcome"] for value in channels().values()), "a look at each", seconds=60)
    expected = {name: (outcome, part) for name, (_, outcome, part) in FEEDS.items()} | HOSTS
    for name, channel in channels().items():
        outcome, part = expected[name]
        assert channel["outcome"] == outcome, channel
        assert part in channel["detail"], channel
        assert is_a_sentence(channel["detail"]), channel
        assert (channel["failures"] > 0) == (outcome != "read"), channel

    newsroom.publishes("storm-response")
    service.post("/sources/newsroom/poll", 202)
    subscriber.wait_for(1, 60)
    assert counted(service, kind="PollChannel", outcome="completed") >= len(addresses) + 1
    assert counted(service, kind="PollChannel", outcome="dead_lettered") == 0
    invariants.hold(service, subscriber)


PAGES = {
    "harbor-exercise": (ways.missing(), "gone", "answered 404"),
    "contracts": (ways.not_an_article(), "rejected", ""),
    "briefing-transcript": (ways.binary(), "refused", "picture"),
    "weather-cell": (ways.empty(), "empty", "empty"),
    "raqqa-mosul-2016": (ways.broken(), "unavailable", "answered 500"),
}


@sqlite
def test_a_page_that_is_no_article_says_why_and_its_news_comes_when_it_is_one(
    starts, newsroom, subscriber, database_url
):
    """Each on its row, with its next visit due; a good page beside them is told at once, they when they are well."""
    service = starts(**QUIET)
    service.subscribes(subscriber)
    for slug, (misbehaviour, _, _) in PAGES.items():
        newsroom.misbehaves(slug, misbehaviour)
        newsroom.publishes(slug)
    newsroom.publishes("storm-response")
    service.post("/sources/newsroom/poll", 202)
    subscriber.wait_for(1, 60)

    def pages():
        return {slug: page(database_url, canonical_url(newsroom.address(slug))) for slug in PAGES}

    service.waits_for(lambda: all(any(value) for value in pages().values()), "a look at each")
    for slug, (_, outcome, part) in PAGES.items():
        sentences = pages()[slug]
        assert outcome in sentences, (slug, sentences)
        assert part in sentences[outcome], (slug, sentences)
        assert is_a_sentence(sentences[outcome]), (slug, sentences)
    assert counted(service, kind="FetchPage", outcome="dead_lettered") == 0
    invariants.hold(service, subscriber)

    newsroom.behaves()
    make_all_due(database_url)
    subscriber.wait_for(1 + len(PAGES), 60)
    invariants.hold(service, subscriber)


LIVELY = {"DATELINE_FETCHER_FEED_INTERVAL": "0.2", "DATELINE_FETCHER_REVISIT_SCALE": "0.005"}


@postgresql
def test_a_newsroom_behind_a_wall_for_a_while_loses_nothing_and_changes_nothing(
    starts, newsroom, subscriber, database_url
):
    """While it is walled: no article made, changed or retired, each walled answer counted, and the operator told once.

    Then all of it comes.
    """
    service = starts(**LIVELY)
    service.subscribes(subscriber)
    newsroom.publishes("storm-response")
    subscriber.wait_for(1, 60)
    before = service.articles()

    def source():
        return service.get("/sources/newsroom")

    def told():
        return sorted(event.event["type"] for event in subscriber.events)

    newsroom.misbehaves("*", ways.bot_wall())
    newsroom.corrects("storm-response")
    newsroom.publishes("harbor-exercise")
    service.waits_for(lambda: source()["blocked"] > HOST_PATIENCE, "walls enough to open the breaker", seconds=120)
    subscriber.wait_for(2, 60)
    assert (service.articles(), told()) == (before, ["article.created", "source.blocked"])
    assert "Akamai wall" in source()["blocked_detail"]
    assert service.audit()[0] == 0

    newsroom.behaves()
    visits_are_due(database_url)
    service.post("/sources/newsroom/poll", 202)
    subscriber.wait_for(5, 120)
    assert told() == ["article.created", "article.created", "article.updated", "source.blocked", "source.recovered"]
    walled = sum(request.status == 403 for request in newsroom.requests)
    service.waits_for(lambda: source()["blocked"] == blocked(service), "the same count in both places")
    assert HOST_PATIENCE < source()["blocked"] <= walled
    assert source()["channels"][0]["failures"] == 0
    invariants.hold(service, subscriber)


@postgresql
def test_a_bad_request_is_a_problem_and_no_secret_is_ever_told(starts, newsroom, subscriber, database_url):
    """Wrong key, unknown id, malformed JSON: problem JSON each. Planted secrets are in no log, answer or metric."""
    password = "canary-database-password"
    service = starts(DATELINE_DATABASE_URL=database_url.replace("postgres:@", f"postgres:{password}@"), **QUIET)
    endpoint = service.subscribes(subscriber)
    reader = service.post("/admin/keys", 201, json={"name": "reader", "scopes": ["read"], "reason": "a test"}).json()
    wrong = f"dl_1_{'c4n4ry' * 7}x"

    def asks(method, path, key, **more):
        return service.client.request(method, path, headers={"Authorization": f"Bearer {key}"}, **more)

    admin = service.client.headers["Authorization"].removeprefix("Bearer ")
    answers = {
        401: asks("GET", "/articles", wrong),
        403: asks("GET", "/admin/keys", reader["key"]),
        404: asks("GET", "/articles/art_aaaaaaaaaaaaaaaa", admin),
        405: asks("PUT", "/articles", admin),
        400: malformed(service),
        422: asks("POST", "/sources", admin, json={"name": "No Name", "channels": []}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert is_a_sentence(answer.json()["detail"]), answer.text

    newsroom.publishes("storm-response")
    service.post("/sources/newsroom/poll", 202)
    subscriber.wait_for(1, 60)
    log = (service.state / "up.log").read_text()
    secrets = {
        "database": password,
        "redis": service.redis().connection_pool.connection_kwargs["password"],
        "endpoint": subscriber.secret.removeprefix("whsec_"),
        "admin": admin.split("_")[2],
        "reader": reader["key"].split("_")[2],
        "wrong": wrong.split("_")[2],
    }
    shown = {
        "the log": log.replace(admin, "", 1),
        **{path: asks("GET", path, reader["key"]).text for path in ("/metrics", "/articles", "/health/ready", "/docs")},
        **{path: service.client.get(path).text for path in ("/admin/keys", "/admin/audit", "/webhooks/endpoints")},
        f"endpoint {endpoint}": service.client.get(f"/webhooks/endpoints/{endpoint}").text,
        **{str(status): answer.text for status, answer in answers.items()},
    }
    assert admin in log, "shown this once, at the first start"
    results = [(where, name) for where, fields in shown.items() for name, secret in secrets.items() if secret in fields]
    assert results == []
    assert "authorization" not in log.lower()
    invariants.hold(service, subscriber)


def malformed(service):
    return service.client.post("/sources", content=b'{"name": ', headers={"Content-Type": "application/json"})


def is_a_sentence(words):
    """For a person: it begins like one and ends like one, on one line, and is no traceback."""
    return words[0].isalnum() and words.rstrip().endswith((".", "…")) and "\n" not in words and "Traceback" not in words


def counted(service, **labels):
    """So many messages of this kind ended like this, by /metrics."""
    order = "dateline_handled_total{" + ",".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"
    shown = service.client.get("/metrics").text.splitlines()
    return sum(float(line.removeprefix(order)) for line in shown if line.startswith(order))


def blocked(service):
    """Answers that were a wall, by /metrics."""
    shown = service.client.get("/metrics").text.splitlines()
    return sum(float(line.split()[1]) for line in shown if line.startswith("dateline_blocked_total{"))


def page(database_url, url):
    """The outcome of the last visit and of the reading, each with its sentence."""
    query = (
        "SELECT outcome, detail, rejected_reason AS rejected, rejected_detail FROM pages "
        "LEFT JOIN verdicts ON page = pages.id AND rejected_capture = pages.capture WHERE url = :url"
    )
    with contextlib.closing(create_engine(database_url).connect()) as connection:
        row = connection.execute(text(query), {"url": url}).one_or_none()
    if row is None or (row.outcome == "new" and not row.rejected):
        return {}
    return {
        row.outcome: row.detail,
        "rejected" if row.rejected else row.outcome: row.rejected_detail or row.detail,
    }


def make_all_due(database_url):
    """What time does to planned visits and to a host's patience: they last for hours, and a test would rather not."""
    changes(database_url, "UPDATE hosts SET resumes_at = taken_at, failures = 0")
    visits_are_due(database_url)


def visits_are_due(database_url):
    """What time does to planned visits; the host's own rest goes on."""
    changes(database_url, "UPDATE ledger SET due_at = enqueued_at, woken_at = NULL WHERE kind = 'FetchPage'")


def changes(database_url, statement):
    engine = create_engine(RuntimeSettings(database_url=database_url).database)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
