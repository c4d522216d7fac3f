"""A batch that learns: read twice, answered like any other, and no larger in memory than one site."""

import json
import tracemalloc

import pytest

from services.parser.contract import batch
from services.parser.learned_batch import learned_batch
from tests.fakes.sites import agency, components, dump, pages, story

pytestmark = pytest.mark.slow


def test_a_learned_batch_answers_each_request_with_one_line_in_order(tmp_path):
    """Requests that are none, and files that are missing, too; empty lines are no requests."""
    group = [site(story(number)) for number in range(4) for site in (agency, dump)]
    requests = [*map(_request, [page.saved(_folder(tmp_path, page)) for page in group], [page.url for page in group])]
    broken = ["not json", "[]", "null", '{"path": 3}', '{"path": "a\\u0000b"}', json.dumps({"path": "/no/such"}), "{}"]
    lines = [line for pair in zip(requests, [*broken, "5"], strict=True) for line in (*pair, "", "\n")]
    answers = [json.loads(line) for line in learned_batch(lines)]
    assert [answer["url"] for answer in answers[::2]] == [page.url for page in group]
    assert all(answer["rejected"]["reason"] == "not_an_article" for answer in answers[1::2])


def test_each_host_is_read_with_what_its_own_pages_have_in_common(tmp_path):
    """Two sites through each other, with `www` or without; pages without an address are read alone."""
    group = [page for pair in zip(pages(components, 6), pages(dump, 6), strict=True) for page in pair]
    urls = [page.url.replace("//", "//www.") if at % 3 else page.url for at, page in enumerate(group)]
    paths = [page.saved(_folder(tmp_path, page)) for page in group]
    learned = [json.loads(line) for line in learned_batch(map(_request, paths, urls))]
    assert [_body(answer) for answer in learned] == [page.body for page in group]
    alone = [_request(path, None) for path in paths]
    assert list(learned_batch(alone)) == list(batch(alone))


def test_two_pages_of_a_host_are_read_as_if_they_were_alone(tmp_path):
    """What two pages share may be chance."""
    group = pages(dump, 2)
    requests = [_request(page.saved(tmp_path), page.url) for page in group]
    assert list(learned_batch(requests)) == list(batch(requests))


def test_a_host_is_learned_from_200_of_its_pages_spread_over_the_input(tmp_path):
    """The first hundred of 300 have another menu: were they half of the sample, neither menu would be furniture."""
    group = pages(dump, 300)
    for page in group[100:]:
        page.saved(tmp_path)
    for page in group[:100]:
        path = page.saved(tmp_path)
        path.write_text(path.read_text().replace("Careers", "Vacancies"))
    requests = [_request(tmp_path / f"{page.url.rsplit('/', 1)[1]}.txt", page.url) for page in group]
    answer = json.loads(list(learned_batch(requests))[-1])
    figures = {line["text"]: line.get("detail") for line in answer["removed"]}
    assert figures["Skip over"] == "200 of 200 pages"
    assert figures["Careers"] in {"133 of 200 pages", "134 of 200 pages"}


def test_memory_does_not_grow_with_the_batch():
    """30 MB of requests come through in a few: they wait on disk."""
    requests = (
        json.dumps({"path": f"/no/such/{at}", "url": f"https://h{at % 1500}.example/{'x' * 10_000}"})
        for at in range(3_000)
    )
    tracemalloc.start()
    try:
        answered = sum(1 for _ in learned_batch(requests))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answered == 3_000
    assert peak < 12_000_000


@pytest.mark.parametrize("url", ["https://[half/", "http://", "x", "", 5, None])
def test_an_address_without_a_host_has_no_profile(tmp_path, url):
    """And is answered."""
    path = dump(story(1)).saved(tmp_path)
    assert len(list(learned_batch([json.dumps({"path": str(path), "url": url})] * 4))) == 4


def _folder(tmp_path, page):
    folder = tmp_path / page.url.split("/")[2]
    folder.mkdir(exist_ok=True)
    return folder


def _request(path, url):
    return json.dumps({"path": str(path), "url": url})


def _body(answer):
    return tuple(block["text"] for block in answer["body"])
