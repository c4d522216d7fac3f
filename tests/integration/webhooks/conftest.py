"""An installation that may reach loopback, a receiver there, and the API of the webhooks alone."""

from datetime import timedelta

import pytest

from services.runtime.egress import egress_settings
from services.webhooks import api, retries
from services.webhooks.api import confirmations
from services.webhooks.people.settings import mail_settings, operator_settings
from services.webhooks.settings import webhook_settings
from tests.fakes.relay import relay
from tests.support import in_process
from tests.support.house import CALLERS, Subscriber


@pytest.fixture
def house(db, installation):
    """With the caches of this process fresh."""
    caches = (egress_settings, webhook_settings, mail_settings, operator_settings)
    for cache in caches:
        cache.cache_clear()
    installation(egress_allow="127.0.0.0/8", secret_key="")
    yield db
    for cache in caches:
        cache.cache_clear()


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """The first retry comes long after any stall of a busy disk, so that a test may say what happens before it."""
    first, _, *others = retries.SCHEDULE
    monkeypatch.setattr(retries, "SCHEDULE", (first, timedelta(minutes=2), *others))


@pytest.fixture
def subscriber():
    made = Subscriber()
    made.site.start()
    yield made
    made.site.stop()


@pytest.fixture
def app(house):
    """The API of the webhooks alone; the key is the caller's name."""
    app = in_process.app_of(CALLERS, api.router, confirmations.router)
    app.state.caller_of_key = lambda key, _since: next(value for value in CALLERS.values() if value.key == key)
    return app


@pytest.fixture
def http(app):
    """Ann's client of it."""
    with in_process.client(app, "ann") as client:
        yield client


@pytest.fixture
def endpoint(http, subscriber):
    """Ann's endpoint, which wants everything."""
    return http.post("/webhooks/endpoints", json={"url": subscriber.url}).json()


@pytest.fixture
def post_office(house, installation):
    """A relay that takes our mail, and an installation that knows it."""
    for bucket in (confirmations._bucket, confirmations._of_recipients, confirmations._of_keys):
        bucket._full_at.clear()
    with relay() as running:
        installation(
            mail_host="localhost",
            mail_port=str(running.port),
            mail_tls="none",
            mail_sender="Dateline <news@dateline.example>",
            public_url="https://dateline.example",
        )
        mail_settings.cache_clear()
        webhook_settings.cache_clear()
        yield running
