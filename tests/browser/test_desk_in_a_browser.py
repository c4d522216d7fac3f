"""What an operator does at the desk, done in a browser, with what comes of it in the service."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.world import gave_up_on, gives_up_on
from tests.fakes.subscriber import Subscriber

pytestmark = pytest.mark.e2e
expect.set_options(timeout=60_000)
UNTOUCHED = "window.untouched = true"
"""A mark that is gone when the page is loaded again: what appears beside it came by itself."""

HIDDEN = "hidden => Object.defineProperty(document, 'hidden', {value: hidden, configurable: true})"


def untouched(page):
    return page.evaluate("window.untouched === true")


def follows(page, name):
    page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def unfolds(page, name):
    page.locator("summary", has_text=name).first.click()


def presses(page, name):
    page.get_by_role("button", name=name).click()


def is_told(page, sentence):
    """Waits for the page that follows an order: until then, it is the one before that is looked at."""
    expect(page.get_by_role("status")).to_contain_text(sentence)


def test_a_wrong_key_is_told_and_the_right_one_leads_where_one_wanted_to_go(opens, world):
    page = opens(signed_in=False, but_for="status of 401")
    page.goto(f"/desk/articles/{world.article}/history")
    assert "/desk/sign-in" in page.url
    page.keyboard.type("dl_1_wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("unknown")
    page.keyboard.type(world.key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What revision 2 changed")).to_be_visible()
    presses(page, "Sign out")
    expect(page.get_by_label("API key")).to_be_visible()
    page.goto("/desk/articles")
    assert "/desk/sign-in" in page.url


def test_a_story_is_searched_read_and_explained(page):
    """The key / leads to the search; each line of the page that is not in the article names the rule that took it."""
    page.goto("/desk/articles")
    page.keyboard.press("/")
    page.keyboard.type("coastal road")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=coastal*road*")
    expect(page.locator(".excerpt mark").filter(has_text=re.compile("coastal", re.IGNORECASE)).first).to_be_visible()
    page.get_by_role("link", name=re.compile("Reopen Coastal Road")).click()
    expect(page.locator("article.story")).to_contain_text("4,200 residents")
    expect(page.locator("article.story figcaption").first).to_contain_text("VIRIN")
    page.get_by_role("link", name="Explain").click()
    result = page.locator("li.taken", has_text="WhatsApp")
    expect(result.locator(".rule")).to_have_text("share")
    expect(result.locator("del").first).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.locator(".diff del").first).to_have_text("2,400")
    expect(page.locator(".diff ins").first).to_have_text("4,200")


def test_a_correction_is_found_by_a_dry_run_looked_at_and_promoted(page, world):
    """What it would change comes to who waits, with its progress; nothing is changed before one promotes."""
    world.newsroom.publishes("harbor-exercise")
    world.looks()
    article = world.stands_at(1, world.newsroom.samples["harbor-exercise"].wordings[0].headline)
    world.newsroom.corrects("harbor-exercise")
    page.goto("/desk/reingestions/new")
    page.get_by_label("Articles, one id on each line").fill(article)
    page.get_by_label("Layout", exact=True).focus()
    expect(page.locator("#reach")).to_contain_text("1 pages")
    page.get_by_label("Ask the newsrooms again").check()
    page.get_by_label("Why", exact=True).fill("Did they change it?")
    presses(page, "Begin")
    is_told(page, "Ordered.")
    page.evaluate(UNTOUCHED)
    expect(page.get_by_role("heading", name="What it would change")).to_be_visible()
    expect(page.locator(".finding ins").first).to_be_visible()
    assert world.service.get(f"/articles/{article}")["revision"] == 1
    assert untouched(page)
    unfolds(page, "Promote")
    presses(page, "Do what was found")
    is_told(page, "What the dry run found is being done")
    expect(page.locator("h1")).to_contain_text("promoted")
    page.goto(f"/desk/articles/{article}/history")
    expect(page.get_by_role("heading", name="What revision 2 changed")).to_be_visible()


def test_a_reingestion_is_followed_to_its_end(page, world):
    """The page listens, and what it is told of appears by itself. Nobody works on this one: it ends on demand."""
    number = world.begins_a_reingestion()
    with page.expect_response("**/progress") as followed:
        page.goto(f"/desk/reingestions/{number}")
    assert followed.value.headers["content-type"].startswith("text/event-stream")
    page.evaluate(UNTOUCHED)
    world.ends_the_reingestion(number)
    expect(page.locator("h1")).to_contain_text("done")
    assert untouched(page)


def test_an_endpoint_is_made_tested_and_served_again(page, world):
    """A subscriber that fails at first: what it was sent and what came back is seen as it happens."""
    subscriber = Subscriber()
    subscriber.start()
    try:
        page.goto("/desk/webhooks")
        follows(page, "Add an endpoint")
        page.get_by_label("Address that events are posted to").fill(subscriber.url)
        page.get_by_label("Description").fill("The newsletter")
        presses(page, "Add it")
        subscriber.trusts(page.get_by_role("status").locator("code").inner_text())
        subscriber.answers(500)
        presses(page, "Send a test")
        expect(page.locator("h3", has_text="1: refused, status 500")).to_be_visible()
        unfolds(page, "What was sent")
        expect(page.get_by_role("region", name="Headers of attempt 1")).to_contain_text("webhook-signature")
        presses(page, "Replay it")
        is_told(page, "on its way again")
        page.evaluate(UNTOUCHED)
        expect(page.locator("h3", has_text="2: delivered, status 204")).to_be_visible()
        assert untouched(page)
        assert [event.verified for event in subscriber.received] == [True] * 2
        page.get_by_role("link", name="The newsletter").click()
        unfolds(page, "Replay deliveries by time, type or article")
        page.get_by_label("also those that were delivered").check()
        page.locator("#replay-since").fill("2020-01-01T00:00")
        presses(page, "Count them first")
        is_told(page, "1 deliveries would be sent again")
        unfolds(page, "Delete the endpoint")
        presses(page, "Delete for good")
        is_told(page, "gone for good")
    finally:
        subscriber.stop()


def test_a_choice_is_tried_while_it_is_written_and_an_endpoint_is_edited(page, world):
    """Ticked and written conditions show what they let through of the last events, and are there when it is edited."""
    page.goto("/desk/webhooks/new")
    page.get_by_label("Address that events are posted to").fill("http://127.0.0.1:9/chosen")
    page.get_by_label("Description").fill("Chosen events")
    page.get_by_label("article.created", exact=True).check()
    page.locator("#words").fill("storm")
    matches = page.locator("#matches")
    expect(matches).to_contain_text("Would have matched")
    expect(matches.locator("li", has_text="words: storm").first).to_be_visible()
    unfolds(page, "Never, whatever else holds")
    page.locator('input[name="not_kinds"][value="biography"]').check()
    presses(page, "Add it")
    is_told(page, "The signing secret")
    follows(page, "Edit")
    expect(page.get_by_label("article.created", exact=True)).to_be_checked()
    expect(page.locator("#words")).to_have_value("storm")
    expect(page.locator('input[name="not_kinds"][value="biography"]')).to_be_checked()
    page.get_by_label("article.created", exact=True).uncheck()
    page.get_by_label("The most events a second").fill("5")
    presses(page, "Save")
    is_told(page, "Changed.")
    expect(page.get_by_role("main")).to_contain_text("words: storm; never kinds: biography")
    unfolds(page, "Delete the endpoint")
    presses(page, "Delete for good")
    is_told(page, "gone for good")


def test_what_was_dead_lettered_is_read_replayed_and_discarded(page, world):
    """Enqueued again, it fails again, for its cause is still there; discarded with a reason, it stays to be read."""
    message = gives_up_on(world.service, "twice")
    page.goto("/desk/dead-letters/messages")
    follows(page, "ParsePage lost twice")
    expect(page.locator(".trouble")).to_contain_text("CaptureMissing")
    presses(page, "Replay it")
    is_told(page, f"Message {message} was enqueued again")
    world.service.waits_for(lambda: message in dead_lettered(world), "it to fail again", 90)
    page.goto(f"/desk/dead-letters/{message}")
    unfolds(page, "Discard it")
    page.get_by_label("Why it will not be enqueued again").fill("A test wrote it")
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("link", name="Discarded").click()
    expect(page.get_by_role("region", name="Messages")).to_contain_text("A test wrote it")


def test_a_cause_is_replayed_or_discarded_as_one(page, world):
    """Its messages are counted, and whatever is decided of them is decided of no other."""
    before = set(dead_lettered(world))
    for key in ("one", "two"):
        gave_up_on(world.service, f"pier {key}", "The pier is closed.")
        gave_up_on(world.service, f"road {key}", "The road is closed.")
    page.goto("/desk/dead-letters")
    pier, road = (page.locator("section.case", has_text=f"The {what} is closed.") for what in ("pier", "road"))
    expect(pier.get_by_role("heading")).to_have_text("ParsePage: 2 messages")
    pier.locator("summary").click()
    pier.get_by_label("Why they will not be enqueued again").fill("It stays closed")
    pier.get_by_role("button", name="Discard", exact=True).click()
    is_told(page, "2 message(s) discarded")
    expect(pier).to_have_count(0)
    road.get_by_role("button", name="Replay all 2").click()
    is_told(page, "2 message(s) enqueued again")
    expect(road).to_have_count(0)
    assert set(dead_lettered(world)) >= before
    page.get_by_role("link", name="Discarded").click()
    expect(page.get_by_role("region", name="Messages")).to_contain_text("It stays closed")


def dead_lettered(world):
    return [message["id"] for message in world.service.get("/admin/dead-letters")["messages"]]


def test_an_order_is_found_in_the_log_and_leads_to_what_it_was_about(page, world):
    page.goto("/desk/log")
    page.keyboard.press("/")
    page.keyboard.type("to see it at the desk")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=to*see*")
    expect(page.locator("tbody tr").first).to_contain_text("reingestion")
    page.get_by_label("What", exact=True).select_option("endpoint")
    presses(page, "Search")
    expect(page.get_by_text("Nothing in the log is like that.")).to_be_visible()
    page.get_by_role("link", name=re.compile("^q: ")).click()
    page.get_by_label("What", exact=True).select_option("source")
    presses(page, "Search")
    follows(page, "source newsroom")
    expect(page.get_by_role("heading", name="Channels")).to_be_visible()


def test_a_notification_is_tried_while_it_is_written(page):
    """Kinds of articles too, before anybody is named."""
    page.goto("/desk/notifications")
    if not page.get_by_label("Where", exact=True).is_visible():
        unfolds(page, "Notify somebody")
    page.get_by_label("biography", exact=True).check()
    matches = page.locator("#matches")
    expect(matches).to_contain_text("Would have matched 0 of the last")
    page.get_by_label("biography", exact=True).uncheck()
    expect(matches.locator("h3", has_text="Sent")).to_be_visible()


def test_a_key_has_several_scopes_and_ends(page, world):
    page.goto("/desk/keys")
    unfolds(page, "Make a key")
    page.get_by_label("Name: who will hold it").fill("A monitor")
    page.get_by_label("sources: see what happens").check()
    page.get_by_label("When it ends").select_option("in 90 days")
    presses(page, "Make it")
    is_told(page, "The new key")
    (made,) = [key for key in world.service.get("/admin/keys")["keys"] if key["name"] == "A monitor"]
    assert (sorted(made["scopes"]), made["expires_at"] is not None) == (["read", "sources"], True)


def test_a_key_is_shown_once_and_opens_nothing_once_revoked(page, opens, world):
    page.goto("/desk/keys")
    unfolds(page, "Make a key")
    page.get_by_label("Name: who will hold it").fill("A colleague")
    presses(page, "Make it")
    made = page.get_by_role("status").locator("code").inner_text()
    colleague = opens(signed_in=False, but_for="status of 401")
    colleague.goto("/desk/sign-in")
    colleague.get_by_label("API key").fill(made)
    presses(colleague, "Sign in")
    expect(colleague.get_by_role("heading", name="Now")).to_be_visible()
    expect(colleague.get_by_role("navigation", name="Desk")).not_to_contain_text("Keys")
    page.goto("/desk/keys")
    assert made not in page.content()
    unfolds(page, "Rotate A colleague")
    page.locator("tr", has_text="A colleague").get_by_label("Hours for which").fill("0")
    page.locator("tr", has_text="A colleague").get_by_role("button", name="Make a new secret").click()
    assert page.get_by_role("status").locator("code").inner_text() != made
    colleague.goto("/desk/articles")
    assert "/desk/sign-in" in colleague.url
    colleague.get_by_label("API key").fill(page.get_by_role("status").locator("code").inner_text())
    presses(colleague, "Sign in")
    expect(colleague.get_by_role("heading", name="Articles")).to_be_visible()
    unfolds(page, "Revoke A colleague")
    page.locator("tr", has_text="A colleague").get_by_role("button", name="Revoke for good").click()
    is_told(page, "opens nothing any more")
    colleague.goto("/desk/articles")
    assert "/desk/sign-in" in colleague.url


def test_news_arrives_on_the_page_and_takes_nothing_out_of_ones_hands(page, world):
    """The headline is there without a reload; the focus and the place on the page are where they were."""
    page.set_viewport_size({"width": 1280, "height": 420})
    page.goto("/desk/")
    page.evaluate(UNTOUCHED)
    stored = page.get_by_role("link", name=re.compile("Second Life"))
    stored.focus()
    place = page.evaluate("scrollY")
    assert place > 0
    world.newsroom.publishes("weather-cell")
    world.looks()
    headline = world.newsroom.samples["weather-cell"].wordings[0].headline
    expect(page.get_by_role("link", name=headline)).to_be_attached()
    expect(stored).to_be_focused()
    assert untouched(page)
    assert page.evaluate("scrollY") == place


def test_an_address_is_looked_at_and_then_watched(page, world):
    """What it is, what it would find and what it would not; nothing is kept before one says so."""
    page.goto("/desk/sources")
    follows(page, "Add a source")
    page.get_by_label("Address of a newsroom").fill(f"{world.newsroom.url}/sitemap.xml")
    presses(page, "See what it would find")
    expect(page.get_by_role("heading", name="What is there")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("A sitemap with")
    expect(page.get_by_role("region", name="Pages it lists")).to_contain_text(world.newsroom.address("second-life"))
    page.get_by_label(world.newsroom.address("second-life")).check()
    presses(page, "Propose patterns from what is ticked")
    expect(page.get_by_label("Patterns of article addresses")).not_to_have_value("")
    assert len(world.service.get("/sources")) == 1
    page.get_by_label("Name, in small letters").fill("by-sitemap")
    presses(page, "Watch it")
    is_told(page, "Watched from now on")
    follows(page, "Edit")
    page.get_by_label("Title, for people").fill("The whole newsroom")
    presses(page, "Save")
    is_told(page, "Changed.")
    expect(page.locator("h1")).to_contain_text("The whole newsroom")
    presses(page, "Pause")
    is_told(page, "It rests.")
    with page.expect_download() as exported:
        follows(page, "Export as TOML")
    assert 'name = "by-sitemap"' in exported.value.path().read_text()
    unfolds(page, "Remove it")
    page.get_by_label("Type by-sitemap to confirm").fill("by-sitemap")
    page.get_by_role("button", name="Remove", exact=True).click()
    is_told(page, "watched no longer")


def test_a_page_that_nobody_sees_does_not_look_again(page):
    """By a clock that the test turns: nothing is asked while the tab is hidden, and soon after it is seen again.

    What the script asks for counts, and not what the browser does by itself, as for the icon whenever it likes.
    """
    page.clock.install()
    page.goto("/desk/")
    page.evaluate(HIDDEN, True)
    requests = []
    page.on("request", lambda request: requests.extend([request.url] if request.resource_type == "fetch" else ()))
    page.clock.run_for(30_000)
    assert requests == []
    page.evaluate(HIDDEN, False)
    with page.expect_request("**/desk/"):
        page.clock.run_for(6_000)
