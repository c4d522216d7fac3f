"""`dateline webhooks`: endpoints and deliveries, as an operator handles them without any key."""

import json

import pytest

from services.runtime.redis_server import free_port
from tests.support.harbor import drain

pytestmark = pytest.mark.integration


@pytest.fixture
def dateline(migrated, installation, dateline):
    """The command on an installation with an admin key that may deliver to this machine."""
    installation(egress_allow="127.0.0.0/8", secret_key="")
    dateline("keys", "create", "reader", "--scope", "read")
    dateline("keys", "create", "desk", "--scope", "admin")
    return dateline


@pytest.fixture
def endpoint(dateline):
    """An endpoint where nobody answers."""
    made = dateline("webhooks", "add", f"http://127.0.0.1:{free_port()}/hook", "--json")
    return json.loads(made.out)["id"]


def shown(dateline, endpoint):
    return json.loads(dateline("webhooks", "show", endpoint, "--json").out)


def test_an_endpoint_is_made_and_its_secret_shown_once(dateline):
    """The secret alone is on standard output, to be piped; the owner is the first admin key, or one that is named."""
    filters = ("--source", "navy", "--kind", "release", "--word", "ship", "--word", "port", "--match", "any")
    made = dateline("webhooks", "add", "https://127.0.0.1/hook", "--type", "article.*", *filters, "--rate", 5)
    assert (made.status, made.out.startswith("whsec_"), made.out.count("\n")) == (0, True, 1)
    assert made.err.startswith("Endpoint 1 is made for key 2.")
    first = shown(dateline, 1)
    assert (first["key"], first["event_types"], first["rate"], first["health"]["pending"]) == (2, ["article.*"], 5, 0)
    assert first["filter"] == {"match": "any", "sources": ["navy"], "kinds": ["release"], "words": ["ship", "port"]}
    assert made.out.strip() not in dateline("webhooks", "show", 1).out
    assert json.loads(dateline("webhooks", "add", "http://127.0.0.1/", "--key", 1, "--json").out)["secret"]
    assert [first["key"] for first in json.loads(dateline("webhooks", "--json").out)] == [1, 2]


def test_what_cannot_be_an_endpoint_is_one_sentence(dateline):
    for arguments, part in (
        (["http://10.1.2.3/"], "DATELINE_EGRESS_ALLOW can allow"),
        (["http://user:pass@127.0.0.1/"], "may not carry a user name"),
        (["http://127.0.0.1/", "--type", "article.burnt"], "No event is of type"),
        (["http://127.0.0.1/", "--type", "endpoint.*", "--word", "ship"], "drop either of the two"),
        (["http://127.0.0.1/", "--kind", "rumour"], "filter/kinds/0: "),
        (["http://127.0.0.1/", "--rate", "1000"], "rate: "),
        (["http://127.0.0.1/", "--key", "9"], "no usable key 9"),
    ):
        assert dateline("webhooks", "add", *arguments).refuses(part)
    dateline("keys", "revoke", 2)
    assert dateline("webhooks", "add", "http://127.0.0.1/").refuses("name another with --key")
    assert json.loads(dateline("webhooks", "--json").out) == []


def test_an_endpoint_is_changed_in_what_is_named(dateline):
    """Conditions replace all that it had, and --everything takes them away; what is not named stays."""
    dateline("webhooks", "add", "http://127.0.0.1/", "--source", "navy", "--type", "article.created", "--rate", 5)
    changed = json.loads(dateline("webhooks", "change", 1, "--word", "ship", "--not-tag", "drill", "--json").out)
    assert changed["filter"] == {"match": "all", "words": ["ship"], "exclude": {"tags": ["drill"]}}
    assert (changed["event_types"], changed["rate"]) == (["article.created"], 5)
    assert dateline("webhooks", "change", 1, "--everything", "--no-rate", "--description", "Ours").status == 0
    one = shown(dateline, 1)
    assert (one["filter"], one["event_types"], one["rate"], one["description"]) == ({}, [], None, "Ours")
    assert dateline("webhooks", "change", 1).refuses("Name what is to be different")
    assert dateline("webhooks", "change", 1, "--everything", "--word", "ship").refuses("leave it or the conditions out")
    assert dateline("webhooks", "change", 7, "--word", "ship").refuses("There is no endpoint 7")


def test_a_notification_is_changed_in_what_is_named(dateline, monkeypatch):
    """A token that the environment names is of an address alone."""
    dateline("notifications", "add", "slack", "https://127.0.0.1/hook", "--digest", "day", "--at", "09:30")
    monkeypatch.setenv("DATELINE_CHAT_TOKEN", "syt_token")
    changed = json.loads(dateline("notifications", "change", 1, "--digest", "week", "--on", "friday", "--json").out)
    assert changed["digest"] == {"every": "week", "on": "friday", "at": "08:00", "zone": "UTC"}
    assert dateline("notifications", "change", 1, "--at-once", "--word", "ship").status == 0
    one = shown(dateline, 1)
    assert (one["digest"], one["filter"]["words"]) == (None, ["ship"])
    assert dateline("notifications", "change", 1, "--at", "09:00").refuses("name --digest day or --digest week")
    assert dateline("notifications", "change", 1, "--at-once", "--digest", "day").refuses("exclude each other")
    assert dateline("notifications", "change", 1).refuses("Name what is to be different")


def test_a_notification_is_tried_paused_and_ended_by_its_own_commands(dateline):
    """And lists tell chats of one host apart, by kind and by whom they are for."""
    for name in ("Night desk", "Day desk"):
        dateline("notifications", "add", "slack", "https://127.0.0.1/hook", "--description", name)
    for path in ("notifications", "webhooks"):
        listed = dateline(path).out
        assert all(part in listed for part in ("slack", "Night desk", "Day desk"))
    assert dateline("notifications", "test", 1).status == 0
    assert dateline("notifications", "pause", 1).out == "Endpoint 1 is disabled.\n"
    assert dateline("notifications", "resume", 1).out == "Endpoint 1 is active.\n"
    assert dateline("notifications", "delete", 1, "--yes").out == "Endpoint 1 is deleted.\n"


def test_a_test_is_sent_logged_and_replayed(dateline, endpoint):
    """What ended can be brought again by its id or because it failed; what is pending is due now."""
    assert dateline("webhooks", "deliveries", endpoint).status == 1
    ordered = json.loads(dateline("webhooks", "test", endpoint, "--json").out)["delivery"]
    drain()
    assert "unreachable" in dateline("webhooks", "deliveries", endpoint, "--state", "failed").out
    [logged] = json.loads(dateline("webhooks", "deliveries", endpoint, "--json").out)["deliveries"]
    assert (logged["id"], logged["type"], len(logged["attempts"])) == (ordered, "endpoint.test", 1)
    counted = dateline("webhooks", "replay", endpoint, "--failed", "--dry-run", "--json")
    assert json.loads(counted.out) == {"deliveries": 1, "dry_run": True}
    assert dateline("webhooks", "replay", endpoint, ordered).out == "1 delivery is brought again.\n"
    assert dateline("webhooks", "retry", endpoint).out.startswith("1 delivery is due now")
    drain()
    assert dateline("webhooks", "replay", endpoint, "--since", "2026-01-01").out.startswith("1 delivery is")
    assert dateline("webhooks", "deliveries", endpoint, "--state", "delivered").status == 1


def test_an_endpoint_is_disabled_enabled_and_deleted(dateline, endpoint):
    """A disabled one is not tested; deleting says what it means and wants to be sure."""
    assert dateline("webhooks", "disable", endpoint).out == f"Endpoint {endpoint} is disabled.\n"
    assert dateline("webhooks", "test", endpoint).refuses(f"`dateline webhooks enable {endpoint}` first")
    assert json.loads(dateline("webhooks", "enable", endpoint, "--json").out)["state"] == "active"
    assert dateline("webhooks", "delete", endpoint).refuses("--yes")
    assert dateline("webhooks", "delete", endpoint, "--yes").out == f"Endpoint {endpoint} is deleted.\n"
    for order in (["show"], ["test"], ["rotate"], ["deliveries"], ["replay", "--failed"], ["delete", "--yes"]):
        assert dateline("webhooks", order[0], endpoint, *order[1:]).refuses("`dateline webhooks` lists those there are")


def test_a_secret_is_replaced_and_the_old_one_signs_for_a_while(dateline, endpoint):
    """A second rotation within the overlap is refused; none ends both at once."""
    first = dateline("webhooks", "rotate", endpoint)
    assert first.out.startswith("whsec_")
    assert "The old secret signs until " in first.err
    assert dateline("webhooks", "rotate", endpoint).refuses("rotate with an overlap of 0")
    assert dateline("webhooks", "rotate", endpoint, "--overlap", 500).refuses("overlap_hours: ")
    second = json.loads(dateline("webhooks", "rotate", endpoint, "--overlap", 0, "--json").out)
    assert (second["secret"] != first.out.strip(), second["old_secret_until"]) == (True, None)


@pytest.mark.parametrize(
    "arguments", [[], ["1", "--failed"], ["--failed", "--since", "2026-01-01"], ["1", "--delivered"], ["--delivered"]]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_replay_says_what_in_one_way(dateline, endpoint, arguments):
    assert dateline("webhooks", "replay", endpoint, *arguments).refuses("Name the deliveries, or say --failed")
