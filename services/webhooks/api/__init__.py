"""Webhooks over HTTP: each key sees what it made itself, an admin sees all."""

from services.webhooks.api import deliveries, endpoints, statistics
from services.webhooks.api.own import router

__all__ = ["deliveries", "endpoints", "router", "statistics"]
