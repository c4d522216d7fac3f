"""Closed sets of words that the tables, the API and the commands share."""

from typing import Literal

ChannelKind = Literal["feed", "listing", "sitemap", "mailbox"]
Unlisted = Literal["links", "documents", "numbers"]
"""What of a source is looked for that no channel lists: addresses that its pages link, documents that hang on them,
and article numbers that its listings skip."""
PageState = Literal["due", "in_flight", "at_rest", "dead_lettered", "unaccounted"]
"""Where a page is; `unaccounted` are those that nobody will ever look at again, though somebody should."""
PageVerdict = Literal["article", "rejected", "unread", "nothing"]
"""What the newest capture of a page gave: an article, none, nobody knows yet; or there is no capture."""
DeliveryState = Literal["pending", "delivered", "failed", "cancelled"]
Payload = Literal["full", "thin"]
EndpointKind = Literal["webhook", "email", "slack", "mattermost", "teams", "discord", "ntfy", "matrix", "apprise"]
"""How an endpoint is sent its events: as signed JSON to a program, or as a message to people."""
DigestEvery = Literal["hour", "day", "week"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
GapCause = Literal[
    "waiting", "failing", "robots", "refused", "gone", "blocked", "unavailable", "rejected", "out_of_scope"
]
"""Why a page that a channel showed is not stored; `failing` work on it was dead-lettered."""
GapState = Literal["open", "accepted", "closed"]
"""`open` ones are all that are missing, those included that an operator has accepted."""
