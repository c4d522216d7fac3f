"""Settings work when absent, and a wrong one is told without its value."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.runtime.settings import RuntimeSettings


@pytest.fixture(autouse=True)
def _bare(monkeypatch):
    for name in [name for name in os.environ if name.startswith("DATELINE_")]:
        monkeypatch.delenv(name)


def test_nothing_needs_to_be_set():
    """A state folder in the working directory, SQLite in it, and no Redis."""
    settings = RuntimeSettings()
    assert settings.database == f"sqlite:///{Path('var/dateline.db').absolute()}"
    assert (settings.redis_url, settings.captures) == ("", Path("var/archive"))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_gets_our_driver(scheme, monkeypatch):
    """Platforms hand out all three."""
    monkeypatch.setenv("DATELINE_DATABASE_URL", f"{scheme}://u:p@db/news")
    assert RuntimeSettings().database == "postgresql+psycopg://u:p@db/news"


def test_a_folder_for_captures_may_be_named(monkeypatch):
    monkeypatch.setenv("DATELINE_ARCHIVE", "/srv/captures")
    assert RuntimeSettings().captures == Path("/srv/captures")


def test_passwords_are_not_shown():
    """Settings end up in tracebacks and debuggers."""
    settings = RuntimeSettings(database_url="postgresql://u:canary@db/news", redis_url="redis://:canary@cache/0")
    assert "canary" not in repr(settings) + str(settings)


def test_a_wrong_address_is_refused_without_repeating_it():
    """What is no Redis address for Celery would be one of another broker, tried for ever."""
    with pytest.raises(ValidationError, match="must begin with redis://") as refused:
        RuntimeSettings(redis_url="amqp://u:canary@cache")
    assert "canary" not in str(refused.value)


def test_settings_do_not_change_under_way():
    with pytest.raises(ValidationError, match="frozen"):
        RuntimeSettings().redis_url = "redis://elsewhere/0"
