"""An address of the wrong shape is refused when it is given, with the reason."""

import pytest

from services.webhooks.chat.addresses import address_fault, room_fault

GOOD = [
    ("slack", "https://hooks.slack.com/services/T0/B0/xyz"),
    ("slack", "https://hooks.slack-gov.com/services/T0/B0/xyz"),
    ("discord", "https://discord.com/api/webhooks/123/ab-c_d"),
    ("discord", "https://discordapp.com/api/v10/webhooks/123/abc?thread_id=7"),
    ("teams", "https://prod-01.westus.logic.azure.com:443/workflows/x/triggers/manual/paths/invoke?sig=y"),
    ("mattermost", "https://chat.example.org/hooks/abc"),
    ("ntfy", "https://ntfy.sh/news"),
    ("ntfy", "https://example.org/ntfy/news/"),
    ("matrix", "https://matrix.example.org"),
    ("apprise", "https://apprise.example.org/notify/news"),
]
BAD = [
    ("slack", "http://hooks.slack.com/services/T0/B0/xyz", "https://"),
    ("slack", "https://hooks.slack.com.evil.example/services/T0/B0/xyz", "no webhook of Slack"),
    ("slack", "https://hooks.slack.com/", "no webhook of Slack"),
    ("discord", "https://discord.com/channels/1/2", "no webhook of Discord"),
    ("discord", "https://evil.example/api/webhooks/1/x", "no webhook of Discord"),
    ("teams", "http://flow.example/x", "https://"),
    ("mattermost", "https://chat.example.org/team/town-square", "/hooks/"),
    ("ntfy", "https://ntfy.sh/", "ends with its topic"),
    ("ntfy", "https://ntfy.sh/a b", "ends with its topic"),
    ("ntfy", "ftp://ntfy.sh/a", "https://"),
    ("apprise", "https://apprise.example.org/", "/notify/"),
    ("matrix", "http://matrix.example.org", "https://"),
    ("matrix", "https://", "not a web address"),
]


@pytest.mark.parametrize(("kind", "url"), GOOD)
def test_an_address_of_the_service_passes(kind, url):
    """As the service shows it to its users."""
    assert address_fault(kind, url) is None


@pytest.mark.parametrize(("kind", "url", "reason"), BAD)
def test_another_address_is_refused_with_the_reason(kind, url, reason):
    """One sentence, which says how a right one looks."""
    assert reason in address_fault(kind, url)


@pytest.mark.parametrize("kind", ["slack", "mattermost", "teams", "discord", "ntfy", "matrix"])
def test_in_a_network_of_the_operator_plain_http_will_do(kind):
    """A stand-in or a proxy of one's own may take the place of any service."""
    assert address_fault(kind, "http://127.0.0.1:9000/hooks/x", inside=True) is None


def test_a_room_is_named_by_its_id():
    """An alias can be given to another room; with and without a server, as rooms of different versions have it."""
    assert room_fault("!abc:example.org") is None
    assert room_fault("!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM") is None
    assert "internal id" in room_fault("#news:example.org")
    assert "internal id" in room_fault("!a b:example.org")
