"""Closed sets of words that the tables, the API and the commands share."""

from typing import Literal

ChannelKind = Literal["feed", "listing", "sitemap"]
DeliveryState = Literal["pending", "delivered", "failed", "cancelled"]
Payload = Literal["full", "thin"]
