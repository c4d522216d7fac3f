"""Rules and passes: no pass gives another rule than it says, and every rule has a sentence."""

from pathlib import Path

import pytest

from services.parser import passes, rules
from services.parser.extract import read
from tests.support.golden_pages import content_type, folders, url

ROOT = Path(__file__).parents[3]


def test_every_rule_that_a_pass_may_give_is_in_the_registry_and_no_other():
    assert rules.given() == rules.RULES.keys()


def test_the_document_of_the_rules_is_the_registry():
    assert (ROOT / "docs" / "parser-rules.md").read_text(encoding="utf-8") == rules.as_document()


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_no_pass_gives_another_rule_than_it_declares(folder, monkeypatch):
    monkeypatch.setattr(passes, "PASSES", tuple(map(_watched, passes.PASSES)))
    page = next(folder.glob("page.*"))
    _, lines = read(page.read_bytes(), url=url(folder), content_type=content_type(page))
    assert {line.rule for line in lines} - {None} <= rules.RULES.keys()


def _watched(step):
    def run(draft):
        before = {id(line): line.rule for line in draft.lines}
        step.run(draft)
        new = {line.rule for line in draft.lines if line.rule != before.get(id(line))}
        assert new <= step.rules, step

    return passes.Pass(run, step.rules)
