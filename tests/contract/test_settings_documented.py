"""Every setting there is can be found by whoever runs Dateline, and none is promised that does not exist."""

import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

import services

ROOT = Path(__file__).parents[2]
TABLE = re.findall(r"^\| `(DATELINE_\w+)`", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE)


def variables():
    """The names of all variables that any settings class reads."""
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if module.name.endswith(".settings"):
            import_module(module.name)
    return sorted({name for settings in _ours(BaseSettings) for name in _names(settings)})


def _ours(parent):
    return [subclass for subclass in parent.__subclasses__() if subclass.__module__.startswith("services.")]


def _names(settings):
    prefix = settings.model_config["env_prefix"]
    return [field.validation_alias or f"{prefix}{name.upper()}" for name, field in settings.model_fields.items()]


def test_the_settings_are_found():
    """Otherwise the tests below would hold of nothing."""
    assert {"DATELINE_STATE", "DATELINE_SECRET_KEY", "DATELINE_FETCHER_PACE"} <= set(variables())


def test_the_table_of_the_operators_names_every_setting_once_and_no_other():
    assert sorted(TABLE) == variables()


@pytest.mark.parametrize("variable", variables())
def test_every_setting_reaches_the_containers(variable):
    """A variable in .env has an effect only when the compose file, or the image, names it."""
    labels = (ROOT / "docker-compose.yml").read_text() + (ROOT / "Dockerfile").read_text()
    assert re.search(rf"\b{variable}\b", labels)


@pytest.mark.parametrize("variable", re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
def test_what_compose_cannot_do_without_is_in_the_example(variable):
    assert re.search(rf"^{variable}=$", (ROOT / ".env.example").read_text(), re.MULTILINE)
