"""A client that a program made out of our OpenAPI: nothing is missing in it, and it works on a real server."""

import importlib
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from services.access import keys
from services.admin.reference import operations
from services.app import create_app
from services.contracts.urls import article_id
from services.runtime.database import transaction, utcnow

pytestmark = pytest.mark.integration

THESE_ARE_TEXT = {"content_type_overrides": dict.fromkeys(["application/atom+xml", "application/toml"], "text/html")}
"""The generator knows no type for XML and TOML; everything else it has to understand by itself."""


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The client's package, made by the command that its users type; any warning of the generator is a failure."""
    place = tmp_path_factory.mktemp("generated")
    (place / "openapi.json").write_text(json.dumps(create_app().openapi()))
    (place / "config.json").write_text(json.dumps(THESE_ARE_TEXT | {"post_hooks": []}))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--meta", "none"]
    options = ["--output-path", "made_client", "--config", "config.json", "--fail-on-warning"]
    ran = subprocess.run([*command, *options], cwd=place, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(place)
        yield importlib.import_module("made_client")


@pytest.fixture
def api(generated, web_process):
    """The client with an admin's key, its operations and its models by name."""
    with transaction() as session:
        presented = keys.first_key(session, utcnow())
    address = str(web_process(egress_allow="127.0.0.0/8").client.base_url)
    with generated.AuthenticatedClient(base_url=address, token=presented) as client:

        def call(tag, name, *path, **asked):
            return importlib.import_module(f"made_client.api.{tag}.{name}").sync_detailed(*path, client=client, **asked)

        yield SimpleNamespace(call=call, models=importlib.import_module("made_client.models"))


def test_every_operation_is_in_the_client_under_its_own_name(generated):
    """Of two schemas of one name a generator drops one, with all that speaks of it."""
    for _, _, operation in operations(create_app().openapi()):
        importlib.import_module(f"made_client.api.{operation['tags'][0]}.{operation['operationId']}")


def test_the_client_subscribes_replays_and_looks_on_a_real_server(api):
    order = api.models.EndpointWanted(url="http://127.0.0.1:9/hook")
    made = api.call("webhooks", "make_endpoint", body=order).parsed
    assert (made.url, made.state, made.secret[:6]) == ("http://127.0.0.1:9/hook", "active", "whsec_")
    api.call("webhooks", "test_endpoint", made.id)
    failed = api.models.ReplayWanted(from_sequence=1)
    assert api.call("webhooks", "replay_deliveries", made.id, body=failed).parsed.deliveries == 1
    assert api.call("webhooks", "list_deliveries", made.id).parsed.deliveries[0].type_ == "endpoint.test"
    assert api.call("webhooks", "retry_endpoint", made.id).parsed.deliveries == 1


def test_the_client_adds_a_source_and_reads_the_news(api):
    channel = api.models.ChannelSeed(kind=api.models.ChannelSeedKind("feed"), url="http://127.0.0.1:9/feed")
    api.call("sources", "add_source", body=api.models.SourceSeed(name="navy", channels=[channel]))
    assert [entry.name for entry in api.call("sources", "list_sources").parsed] == ["navy"]
    assert api.call("articles", "list_articles", source="navy").parsed.articles == []
    assert api.call("service", "show_overview").status_code == 200


def test_the_client_reads_a_problem_and_what_is_wrong_with_each_part(api):
    parsed = api.call("articles", "show_article", article_id("afpims/defense:1")).parsed
    assert isinstance(parsed, api.models.Problem)
    assert (parsed.status, parsed.title) == (404, "No such article")
    order = api.models.EndpointWanted(url="", description="x" * 501)
    refused = api.call("webhooks", "make_endpoint", body=order).parsed
    assert {error.where for error in refused.errors} == {"body/url", "body/description"}
