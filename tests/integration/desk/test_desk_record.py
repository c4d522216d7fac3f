"""The record at the desk: how the log stands, proofs to hand out, and checks of what others hold."""

import json
import re
from datetime import timedelta

import pytest

from services.contracts.messages import MakeCheckpoint
from services.contracts.urls import article_id
from services.runtime.database import transaction, utcnow
from services.runtime.ledger.jobs import enqueue
from services.runtime.provenance.public_copies import PublicCopyRow, note_copy
from services.runtime.transparency_log import checkpoints
from tests.support.at_desk import form_token
from tests.support.kept import saved
from tests.support.orders import KEY, URL, A, B, order

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
    """And that there is nothing to prove, on the desk's own page; provenance offers no link that would fail."""
    saved(order(A))
    browser = signed_in("read")
    assert "Nothing is signed yet." in browser.get("/record").text
    page = browser.get("/record/proof", params={"article": ID})
    assert (page.status_code, "Nothing to prove: No checkpoint covers this yet" in page.text) == (404, True)
    assert "<h1>Record</h1>" in page.text
    provenance = browser.get(f"/articles/{ID}/provenance").text
    assert "record/proof" not in provenance
    assert "from the next checkpoint on" in provenance
    due = utcnow().replace(hour=3, minute=40) + timedelta(days=1)
    with transaction() as session:
        enqueue(session, MakeCheckpoint(), due_at=due)
    provenance = browser.get(f"/articles/{ID}/provenance").text
    assert re.search(r"from <time[^>]*>[^<]*03:40[^<]*</time> on", provenance)


def test_an_operator_signs_at_the_desk(signed_in):
    """A reader is offered no button, and neither is anybody where nothing is new."""
    saved(order(A))
    assert "Sign now" not in signed_in("read").get("/record").text
    browser = signed_in("admin")
    page = browser.get("/record").text
    assert "1 leaf is not signed yet" in page
    assert "Sign now" in page
    page = browser.post("/record/sign", data={"form_token": form_token(browser)}, follow_redirects=True).text
    assert "the newest checkpoint covers 1 of 1 leaves" in page
    assert "Sign now" not in page
    assert f'/record/proof?article={ID}"' in browser.get(f"/articles/{ID}/provenance").text


def test_a_proof_is_handed_out_and_checked(browser):
    """As a file; one in which a word was changed does not hold, and what is none is refused with a sentence."""
    answer = browser.get("/record/proof", params={"article": f" {ID} "})
    assert answer.headers["content-disposition"] == f'attachment; filename="{ID}.proof.json"'
    proof = answer.json()
    assert proof["number"] == 0
    page = checks(browser, json.dumps(proof)).text
    assert "Everything that could be checked holds." in page
    subject = page.split("The proof says:")[1].split("</dl>")[0]
    for fact in (ID, "revision 1", "Harbor Reopens", URL, json.loads(proof["leaf"])["time"]):
        assert fact in subject, fact
    changed = proof | {"text": proof["text"].replace("harbor", "airfield")}
    page = checks(browser, json.dumps(changed))
    assert (page.status_code, "Something does not hold." in page.text) == (200, True)
    for nonsense in ("", "[]", "{}", json.dumps(proof | {"checkpoint": "nothing"})):
        page = checks(browser, nonsense)
        assert (page.status_code, 'role="alert"' in page.text) == (422, True), nonsense[:20]


@pytest.mark.parametrize("typed", ["art_none", f"{ID}/state", "../checkpoint", "", 'a"b'])
def test_what_is_no_article_has_no_proof(browser, typed):
    page = browser.get("/record/proof", params={"article": typed})
    assert (page.status_code, "Nothing to prove: " in page.text) == (404, True)


def test_a_proof_whose_facts_are_not_what_they_should_be_is_shown_as_it_is(browser):
    """It comes from outside: whatever stands in it, the answer is a page."""
    proof = browser.get("/record/proof", params={"article": ID}).json()
    leaf = json.dumps(json.loads(proof["leaf"]) | {"revision": "first", "article": [1]})
    for text in ("[]", "{", '{"headline": {"a": 1}, "url": 7}'):
        page = checks(browser, json.dumps(proof | {"leaf": leaf, "text": text}))
        assert (page.status_code, "Something does not hold." in page.text) == (200, True), text


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
