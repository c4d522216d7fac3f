"""What leaves the parser: JSON lines and a page for the eyes."""

import json
from io import StringIO

from rich.console import Console

from services.parser.contract import batch
from services.parser.explain import explain
from services.parser.explained import explained_lines
from services.parser.extract import parse

DUMP = (
    "Bridge Opens Again\n\nThe bridge opened again on Friday, two years after the flood took its middle pier.\n\n###\n"
)
KEYS = {
    "url", "canonical_url", "article_key", "layout", "kind", "headline", "dek", "byline", "dateline", "published_at",
    "updated_at", "lang", "historical", "body", "images", "tags", "links", "attachments", "removed", "rejected",
}  # fmt: skip


def test_a_batch_answers_each_request_with_one_line_in_order(tmp_path):
    """Rejected pages, missing files and requests that are none are answered too."""
    (tmp_path / "a.txt").write_text(DUMP)
    (tmp_path / "b.html").write_text("<html><title>Access Denied</title><body>no</body></html>")
    requests = [
        json.dumps({"path": str(tmp_path / "a.txt"), "url": "https://x.example/a"}),
        json.dumps({"path": str(tmp_path / "b.html"), "url": None}),
        json.dumps({"path": str(tmp_path / "none.html")}),
        "not json",
        "[]",
    ]
    answers = [json.loads(line) for line in batch(requests)]
    assert [answer["rejected"] and answer["rejected"]["reason"] for answer in answers] == [
        None,
        "blocked",
        "not_an_article",
        "not_an_article",
        "not_an_article",
    ]
    assert all(answer.keys() >= KEYS for answer in answers)
    assert answers[0]["url"] == "https://x.example/a"
    assert "\n" not in next(batch(requests[:1]))


def test_explain_shows_every_line_and_the_rule_that_took_it():
    """The page in its own order, with the rule's name beside what is gone."""
    reading, parsed = parse(DUMP.encode(), content_type="text/plain")
    console = Console(width=120, record=True, file=StringIO())
    console.print(explain(reading, explained_lines(reading, parsed)))
    shown = console.export_text()
    assert shown.index("headline") < shown.index("two years after") < shown.index("end-mark")
