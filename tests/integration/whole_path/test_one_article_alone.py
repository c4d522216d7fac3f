"""What one new article costs the database from its page to its delivered webhook, when nothing else is to be done.

`python -m pytest -s tests/integration/whole_path/test_one_article_alone.py` prints the table.
"""

import importlib
from datetime import timedelta

import pytest

from services.contracts.wiring import SERVICES
from services.demo.site import Answer, Site
from services.runtime.database import transaction, utcnow
from services.runtime.ledger import health_gates
from services.webhooks import subscriptions
from services.webhooks.requests import EndpointWanted
from tests.support.fetching import watches
from tests.support.statements import of_each_message, table

pytestmark = pytest.mark.integration

PATH = ("FetchPage", "ParsePage", "SaveArticle", "Announce", "Deliver")
KINDS = ("PollChannel", *PATH)
COMMITS, STATEMENTS = 11, 40
"""The most of the whole path."""
STORED_TO_DELIVERED = {"sqlite": 26, "postgresql": 27}


@pytest.fixture
def endpoint(fetcher, installation):
    """One endpoint at a receiver that takes everything."""
    installation(secret_key="")
    for service in SERVICES:
        importlib.import_module(f"services.{service}.tasks")
    site = Site(lambda _request: Answer(204, b""))
    site.start()
    with transaction() as session:
        subscriptions.subscribe(session, 1, EndpointWanted(url=site.url).model_dump(), utcnow())
    yield site
    site.stop()


def test_one_article_alone(db, endpoint, newsroom, monkeypatch):
    """Once the source is known; the first look at a host asks more."""
    monkeypatch.setattr(health_gates, "GOOD_FOR", 3600.0)
    watches(newsroom)
    newsroom.publishes("harbor-exercise")
    now = utcnow()
    while not of_each_message(now, ("SaveArticle",)):
        of_each_message(now := now + timedelta(seconds=20), KINDS[:3])
    newsroom.publishes("storm-response")
    health_gates.probe("secret")  # as it is every ten seconds, whoever delivers what
    costs = []
    while [kind for kind, _ in costs][-1:] != ["Deliver"]:
        costs = of_each_message(now := now + timedelta(minutes=1), KINDS)
    costs = [(kind, cost) for kind, cost in costs if kind in PATH]
    print(f"\n{table(costs)}")
    commits, requests = sum(cost.commits for _, cost in costs), sum(len(cost.statements) for _, cost in costs)
    assert [kind for kind, _ in costs] == [*PATH]
    assert commits <= COMMITS
    assert requests <= STATEMENTS
    assert sum(len(cost.statements) for kind, cost in costs if kind in PATH[2:]) <= STORED_TO_DELIVERED[db]
