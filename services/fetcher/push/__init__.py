"""Feeds that are pushed (WebSub): subscriptions to their hubs, what arrives, and whether it arrives."""
