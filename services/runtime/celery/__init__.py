"""Wakes workers up: Celery over Redis carries the ids of messages that are due. Losing it costs time, never work."""
