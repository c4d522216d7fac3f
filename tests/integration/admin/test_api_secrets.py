"""Canaries: secrets are planted wherever an installation holds one, and looked for wherever somebody may read."""

import base64
import importlib
import io
import logging
import sys

import pytest
import structlog
from sqlalchemy import select
from sqlmodel import SQLModel

from services.access import keys
from services.access.models import ApiKey
from services.app import create_app
from services.contracts.wiring import SERVICES
from services.runtime import logs
from services.runtime.celery import wake_ups
from services.runtime.database import engine, make_file, reading, transaction, utcnow
from services.runtime.egress import egress_settings
from services.runtime.ledger.ledger_table import ledger
from services.runtime.settings import runtime_settings
from services.webhooks.models import Endpoint
from services.webhooks.settings import webhook_settings
from tests.support.drain import drain
from tests.support.in_process import client

pytestmark = pytest.mark.integration

CACHED = (webhook_settings, egress_settings, wake_ups.app)
REDIS = "c4naryOfRedis"
DATABASE = "c4naryOfTheDatabase"
SEALING = base64.urlsafe_b64encode(b"c4nary of the sealing key".ljust(32, b"!")).decode()
FEED = "c4naryOfTheFeed"
HOOK = "c4naryOfTheHook"
NOBODY = "127.0.0.1:1"
"""Where nothing listens: every way out ends in an error, and errors are where secrets get out."""


@pytest.fixture(params=["json", "pretty"])
def log(request, installation, monkeypatch):
    """All that this process logs, in each format."""
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    structlog.contextvars.clear_contextvars()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    installation(log_format=request.param, log_level="debug")
    logs.configure("test")
    _forget_settings_of_loggers()
    yield written
    _forget_settings_of_loggers()
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def configure(log, installation):
    """An installation in which every secret is a canary; gives what changes its settings."""
    for service in SERVICES:
        importlib.import_module(f"services.{service}.tasks")
    installation(redis_url=f"redis://:{REDIS}@{NOBODY}/0", secret_key=SEALING, egress_allow="127.0.0.0/8")
    for settings in CACHED:
        settings.cache_clear()
    make_file()
    SQLModel.metadata.create_all(engine())
    yield installation
    for settings in CACHED:
        settings.cache_clear()


def test_no_secret_is_read_where_it_does_not_belong(configure, log):
    """Not in logs, errors, metrics, representations, the ledger, the documentation or the lists of the desk."""
    with transaction() as session:
        presented = keys.first_key(session, utcnow())
    web = client(create_app(), presented)
    made = web.post("/webhooks/endpoints", json={"url": f"http://{NOBODY}/hook?token={HOOK}"}).json()
    feed = {"kind": "feed", "url": f"http://{NOBODY}/feed?access_token={FEED}"}
    assert web.post("/sources", json={"name": "newsroom", "channels": [feed]}).status_code == 201
    assert web.post(f"/webhooks/endpoints/{made['id']}/test").status_code == 202
    drain()
    wake_ups.flush(1.0)
    secrets = [presented, made["secret"], REDIS, DATABASE, SEALING, FEED, HOOK]
    shown = [web.request(method, path).text for method, path in _readable(made["id"], presented)]
    shown += [web.post("/sources", content=f'{{"name": "Bearer {presented}"').text]
    with reading() as session:
        shown += map(str, session.execute(select(ledger)).all())
        shown += map(repr, session.scalars(select(Endpoint)).all())
        shown += map(repr, session.scalars(select(ApiKey)).all())
    shown += [repr(settings()) for settings in (runtime_settings, webhook_settings, egress_settings)]
    configure(database_url=f"postgresql://dateline:{DATABASE}@{NOBODY}/news")
    shown += [web.get("/health/ready").text, web.get("/articles").text]
    written = log.getvalue()
    assert "/webhooks/endpoints" in written
    assert "not_ready" in written
    for secret in secrets:
        results = [text[:200] for text in [*shown, written] if secret in text or _secret_part(secret) in text]
        assert not results, secret[:12]


def _forget_settings_of_loggers():
    """A logger keeps those of its first use, which may have been another test's."""
    for name, module in list(sys.modules.items()):
        if name.startswith("services.") and (logger := getattr(module, "log", None)):
            vars(logger).pop("bind", None)


def _readable(endpoint, presented):
    """What somebody may read, and ways to make the API say what it was told."""
    return [
        ("GET", "/metrics"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("GET", "/health/ready"),
        ("GET", "/admin/keys"),
        ("GET", "/admin/audit"),
        ("GET", "/admin/dead-letters"),
        ("GET", f"/webhooks/endpoints/{endpoint}/deliveries"),
        ("GET", f"/articles/{presented}"),
        ("GET", f"/articles?q={presented}"),
        ("DELETE", f"/admin/keys/{presented}"),
    ]


def _secret_part(secret):
    return secret.rsplit("_", 1)[-1]
