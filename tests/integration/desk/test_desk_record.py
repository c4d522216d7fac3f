"""The record at the desk: how the log stands, proofs to hand out, and checks of what others hold."""

import json

import pytest

from services.contracts.urls import article_id
from services.runtime.database import transaction, utcnow
from services.runtime.provenance.public_copies import PublicCopyRow, note_copy
from services.runtime.transparency_log import checkpoints
from tests.support.at_desk import form_token
from tests.support.kept import saved
from tests.support.orders import KEY, A, B, order

pytestmark = pytest.mark.integration
ID = article_id(KEY)


def signs():
    with transaction() as session:
        checkpoints.sign_checkpoint(session, utcnow())


@pytest.fixture
def browser(signed_in):
    """Of a reader, beside a log of one article that is signed."""
    saved(order(A))
    signs()
    return signed_in("read")


def checks(browser, proof):
    token = form_token(browser)
    file = {"proof": ("proof.json", proof, "application/json")}
    return browser.post("/record/verification", data={"form_token": token}, files=file)


def test_before_the_first_checkpoint_the_record_says_so(signed_in):
    assert "Nothing is signed yet." in signed_in("read").get("/record").text


def test_a_proof_is_handed_out_and_checked(browser):
    """As a file; one in which a word was changed does not hold, and what is none is refused with a sentence."""
    proof = browser.get("/record/proof", params={"article": f" {ID} "}).json()
    assert proof["number"] == 0
    assert "Everything that could be checked holds." in checks(browser, json.dumps(proof)).text
    changed = proof | {"text": proof["text"].replace("harbor", "airfield")}
    page = checks(browser, json.dumps(changed))
    assert (page.status_code, "Something does not hold." in page.text) == (200, True)
    for nonsense in ("", "[]", "{}", json.dumps(proof | {"checkpoint": "nothing"})):
        page = checks(browser, nonsense)
        assert (page.status_code, 'role="alert"' in page.text) == (422, True), nonsense[:20]


def test_a_kept_checkpoint_is_compared_with_the_log_of_today(browser):
    """Also when the form has given it other line ends; one of another history does not agree."""
    kept = browser.get("/record/checkpoint").text
    saved(order(B, minute=5))
    signs()

    def says(note):
        token = form_token(browser)
        return browser.post("/record/growth", data={"form_token": token, "checkpoint": note})

    assert "The log of 2 leaves begins with the 1 of this checkpoint." in says(kept.replace("\n", "\r\n")).text
    origin, size, root, *rest = kept.split("\n")
    other = "\n".join([origin, size, "A" * 43 + "=", *rest])
    assert "does not begin" in says(other).text
    longer = "\n".join([origin, "9", root, *rest])
    assert "does not begin" in says(longer).text
    page = says("hello")
    assert (page.status_code, 'role="alert"' in page.text) == (422, True)


def test_every_checkpoint_is_listed_the_newest_first(browser):
    for minute in range(1, 25):
        saved(order(f"The harbor was closed {minute} times.", minute=minute))
        signs()
    page = browser.get("/record").text
    assert [f">{size}<" in page for size in (25, 6, 5)] == [True, True, False]
    following = page.partition("/record?before=")[2].partition("#")[0]
    assert ">5<" in browser.get("/record", params={"before": following}).text


def test_provenance_says_what_a_public_archive_answered(browser):
    """With the address of the copy where there is one."""
    url, detail = "https://archive.example/1/https://www.war.gov/x", "It saved the page."
    copy = PublicCopyRow(
        article=ID, revision=1, form="https://archive.example/save", asked_at=utcnow(), url=url, detail=detail
    )
    with transaction() as session:
        note_copy(session, copy)
    page = browser.get(f"/articles/{ID}/provenance").text
    assert f'href="{url}"' in page
    assert detail in page
