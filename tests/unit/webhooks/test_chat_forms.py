"""A message in the form of each service: within its limits, with the text of others as text and nothing else."""

import json
import re
from dataclasses import replace
from functools import cache

import pytest

from services.webhooks.chat import apprise, discord, matrix, mattermost, ntfy, slack, teams
from services.webhooks.people.message import Changed, Entry, Notification, Stretch

HOSTILE = "@everyone <!channel> <@1> *b* [x](http://evil.example) `c` <b>h</b> & evil.example"
LONG = "*﷽" * 1_000
PIECES = (Stretch("same", "after"), Stretch("deleted", "40"), Stretch("inserted", "41"))
ENTRY = Entry(
    label="Changed",
    headline="Engineers Reopen Bridge",
    at="2026-03-02 15:04 UTC",
    source="army-news",
    lead="The bridge reopened at dawn.",
    changed=(Changed("body", PIECES),),
    page="https://army.example/a?b=1&c=2",
    desk="https://desk.example/a",
)
HOSTILE_ENTRY = replace(
    ENTRY,
    headline=HOSTILE,
    source=HOSTILE,
    lead=HOSTILE,
    sentences=(HOSTILE,),
    changed=(Changed(HOSTILE, (Stretch("inserted", HOSTILE),)),),
    page="https://a.example/|>)",
    desk="javascript:x",
)
LONG_ENTRY = replace(
    ENTRY,
    headline=LONG,
    source=LONG,
    lead=LONG,
    sentences=(LONG,) * 3,
    changed=tuple(Changed(LONG[:500], (Stretch("deleted", LONG), Stretch("inserted", LONG)) * 3) for _ in range(10)),
    page="https://a.example/" + "x" * 1_900,
    desk="https://d.example/" + "x" * 1_900,
)
MESSAGE = Notification("Changed: Engineers Reopen Bridge", (ENTRY,))
ATTACK = Notification(HOSTILE, (HOSTILE_ENTRY,))
DIGEST = Notification(
    "14 events: Changed: Engineers Reopen Bridge", (ENTRY,) * 12, more=2, desk="https://desk.example/articles"
)
HUGE = Notification(LONG, (LONG_ENTRY,) * 50, more=450, desk="https://d.example/" + "x" * 1_900)
EMPTY = Notification("", (Entry("", "", ""),))
ALL = {"usual": MESSAGE, "hostile": ATTACK, "digest": DIGEST, "huge": HUGE, "empty": EMPTY}


@cache
def forms(message):
    """The message in the form of each service."""
    return {
        "slack": slack.slack_post("https://hooks.slack.com/services/T/B/x", message),
        "mattermost": mattermost.mattermost_post("https://chat.example/hooks/x", message),
        "discord": discord.discord_post("https://discord.com/api/webhooks/1/x", message),
        "teams": teams.teams_post("https://flow.example/x", message),
        "apprise": apprise.apprise_post("https://apprise.example/notify/news", message),
        "ntfy": ntfy.ntfy_post("https://ntfy.example/news", message, token="tk_1", key="17"),
        "matrix": matrix.matrix_post("https://matrix.example", message, room="!a:b.example", token="syt", key="d17"),
    }


def said(message, service):
    return json.loads(forms(message)[service].body)


def strings(value):
    """All texts within."""
    if isinstance(value, str):
        yield value
    for entry in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(entry)


@pytest.mark.parametrize("message", ALL.values(), ids=ALL)
@pytest.mark.parametrize("service", [*forms(MESSAGE)])
def test_nobody_is_mentioned_whatever_the_text_says(service, message):
    """In no text of no form does an @ meet a name, nor a scheme its address but in our own links."""
    for text in strings(said(message, service)):
        assert not re.search(r"@\w", text)
        assert not re.search(r"://evil|evil\.\w", text)


def test_slack_gets_blocks_of_plain_text():
    """Only our own links are markup; the text of others is in blocks that know none."""
    content = said(ATTACK, "slack")
    elements = [element for block in content["blocks"] for element in block.get("elements", ())]
    marked = [element["text"] for element in elements if element["type"] == "mrkdwn"]
    assert marked == ["<https://a.example/%7C%3E%29|Read the article>"]
    assert "<" not in content["text"]
    assert content["link_names"] is False


def test_slack_takes_the_longest_message():
    """A header of 150 characters, a section of 3,000, 50 blocks; no text is empty."""
    for message in ALL.values():
        content = said(message, "slack")
        assert len(content["blocks"]) <= 50
        for block in content["blocks"]:
            for text in (block.get("text"), *block.get("elements", ())):
                limit = {"header": 150, "section": 3_000, "context": 3_000}[block["type"]]
                assert text is None or 0 < len(text["text"]) <= limit


def test_discord_takes_the_longest_message():
    """256 characters of title, 4,096 of description, 1,024 of a value, 6,000 in all; and nobody is mentioned."""
    for message in ALL.values():
        content = said(message, "discord")
        assert content["allowed_mentions"] == {"parse": []}
        assert len(content["embeds"]) <= 10
        assert sum(map(len, strings(content["embeds"]))) <= 6_000
        for embed in content["embeds"]:
            assert len(embed.get("title", "")) <= 256
            assert len(embed["description"]) <= 4_096
            assert all(0 < len(field["value"]) <= 1_024 for field in embed.get("fields", ()))


def test_discord_shows_what_changed_and_waits_for_the_message():
    """Struck out and bold; `wait` has Discord say whether the message is there; a thread's address keeps its thread."""
    (hostile,) = said(ATTACK, "discord")["embeds"]
    for text in (hostile["title"], hostile["description"], hostile["fields"][0]["name"]):
        assert r"\<\!channel\> \<@" in text
        assert r"\*b\* \[x\]\(" in text
    (embed,) = said(MESSAGE, "discord")["embeds"]
    assert embed["fields"] == [{"name": "body", "value": "~~40~~ **41**", "inline": False}]
    assert embed["url"] == "https://army.example/a?b=1&c=2"
    assert forms(MESSAGE)["discord"].url.endswith("?wait=true")
    assert discord.discord_post("https://discord.com/api/webhooks/1/x?thread_id=5", MESSAGE).url.endswith(
        "?thread_id=5&wait=true"
    )


def test_teams_gets_a_card_without_markdown():
    """All text is in text runs, which Teams shows as they are, and the card fits."""
    card = said(ATTACK, "teams")["attachments"][0]["content"]
    actions = [action for block in card["body"] for action in block.get("actions", ())]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock", "ActionSet"}
    assert [action["url"] for action in actions] == ["https://a.example/%7C%3E%29"]
    assert len(forms(HUGE)["teams"].body) <= 20_000


def test_ntfy_gets_the_json_form():
    """At the root of the server, with the topic within; the first link opens, and the token is in its header."""
    post = forms(MESSAGE)["ntfy"]
    content = json.loads(post.body)
    assert (post.url, content["topic"], post.headers["authorization"]) == (
        "https://ntfy.example/",
        "news",
        "Bearer tk_1",
    )
    assert content["click"] == "https://army.example/a?b=1&c=2"
    assert "body: − 40 + 41" in content["message"]
    assert len(said(HUGE, "ntfy")["message"].encode()) <= 4_096


def test_ntfy_on_a_path_of_its_server():
    """A server behind a path keeps it; an address without a topic is refused with an example."""
    assert ntfy.split("https://example.org/ntfy/news") == ("https://example.org/ntfy/", "news")
    with pytest.raises(ValueError, match="ends with its topic"):
        ntfy.split("https://ntfy.example/")


def test_matrix_gets_the_same_transaction_for_the_same_delivery():
    """The address of the PUT is made of room and delivery alone; all text is escaped in the HTML."""
    post, again = forms(MESSAGE)["matrix"], forms(ATTACK)["matrix"]
    assert post.method == "PUT"
    assert post.url == again.url
    assert post.url.endswith("/_matrix/client/v3/rooms/%21a%3Ab.example/send/m.room.message/d17")
    content = json.loads(again.body)
    assert content["m.mentions"] == {}
    assert set(re.findall(r"<(\w+)", content["formatted_body"])) == {"p", "strong", "em", "ins", "a"}
    assert len(forms(HUGE)["matrix"].body) <= 60_000


def test_mattermost_gets_escaped_markdown():
    """No character of the text of others is markup; the links are ours."""
    text = said(ATTACK, "mattermost")["text"]
    assert re.findall(r"(?<!\\)\[(.*?)\]\((.*?)\)", text) == [("Read the article", "https://a.example/%7C%3E%29")]
    assert len(said(HUGE, "mattermost")["text"]) <= 16_383


@pytest.mark.parametrize("service", [*forms(MESSAGE)])
def test_a_digest_shows_the_first_events_and_counts_the_others(service):
    """Each with its lead; the count of the rest is that of all that is not shown, with the way to the desk."""
    content = said(DIGEST, service)
    content.pop("formatted_body", None)
    text = "\n".join(strings(content)).replace("\\", "")
    shown = text.count("The bridge reopened at dawn.")
    assert shown >= 4
    assert f"{14 - shown} more" in text
    assert "desk.example/articles" in "\n".join(strings(said(DIGEST, service)))
