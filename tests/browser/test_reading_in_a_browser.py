"""Reading at the desk with what only a browser has: keys, a clipboard, a zone of its own, and the width of a phone."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e
expect.set_options(timeout=60_000)

PHONE = {"width": 390, "height": 844}
FOCUSED = "document.activeElement.textContent"


def test_single_keys_lead_through_lists_and_places(page):
    """`/` to the search from anywhere, `j` and `k` through a list, `g` and a letter to a place; `?` shows them all."""
    page.goto("/desk/sources")
    page.keyboard.press("/")
    page.wait_for_url("**/desk/articles#q")
    expect(page.get_by_label("Words")).to_be_focused()
    page.keyboard.type("gj?")
    expect(page.get_by_label("Words")).to_have_value("gj?")
    page.goto("/desk/articles")
    titles = page.locator(".stories h2 a").all_inner_texts()
    for key, title in (("j", titles[0]), ("j", titles[1]), ("k", titles[0])):
        page.keyboard.press(key)
        assert page.evaluate(FOCUSED) == title
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()
    for letter, place in (("s", "sources"), ("k", "keys"), ("n", "")):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(f"**/desk/{place}")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/articles/art_*")


def test_single_keys_do_nothing_for_those_who_turned_them_off(opens):
    page = opens()
    page.goto("/desk/preferences")
    page.get_by_label("Single keys lead somewhere").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    page.goto("/desk/articles")
    page.keyboard.press("/")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_times_are_those_of_the_browser_and_without_scripts_those_of_utc(opens, world):
    """The script tells the zone once, so that the page after it is in that zone, and says so."""
    page = opens(timezone_id="Asia/Tokyo")
    page.goto("/desk/articles")
    page.goto(f"/desk/articles/{world.article}")
    expect(page.get_by_role("complementary").locator("time").first).to_contain_text("JST")
    expect(page.get_by_role("link", name="Times in Asia/Tokyo")).to_be_visible()
    plain = opens(timezone_id="Asia/Tokyo", java_script_enabled=False)
    plain.goto(f"/desk/articles/{world.article}")
    expect(plain.get_by_role("link", name=re.compile("Times in "))).to_be_visible()


def test_on_a_phone_the_menu_unfolds_and_a_table_is_cards_that_hide_nothing(opens, world):
    page = opens(viewport=PHONE)
    page.goto("/desk/articles")
    links = page.get_by_role("navigation", name="Desk")
    expect(links).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    links.get_by_role("link", name="Sources").click()
    page.wait_for_url("**/desk/sources")
    page.goto(f"/desk/articles/{world.article}/events")
    row = page.get_by_role("region", name="Deliveries").locator("tbody tr").first
    for cell in row.locator("td").all():
        box = cell.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    label = "getComputedStyle(document.querySelector('td[data-label=State]'), '::before').content"
    assert page.evaluate(label) == '"State"'


def test_without_scripts_the_menu_of_a_phone_is_unfolded(opens, world):
    page = opens(viewport=PHONE, java_script_enabled=False)
    page.goto("/desk/articles")
    expect(page.get_by_role("navigation", name="Desk")).to_be_visible()
    expect(page.get_by_role("button", name="Menu")).to_be_hidden()


def test_an_id_is_copied(opens, world):
    page = opens(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/desk/articles/{world.article}")
    page.get_by_role("button", name="Copy the id").click()
    page.wait_for_function(f"navigator.clipboard.readText().then(text => text === '{world.article}')")


def test_a_list_is_ticked_at_once_and_exported(page):
    page.goto("/desk/articles")
    page.get_by_label("all on this page").check()
    assert all(box.is_checked() for box in page.locator("[data-tick]").all())
    with page.expect_download() as started:
        page.get_by_role("button", name="Export as CSV").click()
    assert started.value.suggested_filename == "articles.csv"


def test_a_filter_is_taken_away_by_its_chip(page):
    page.goto("/desk/articles?source=newsroom&kind=news")
    page.get_by_role("list", name="Filters").get_by_role("link", name="Kind: news").click()
    page.wait_for_url("**/desk/articles?source=newsroom")
    expect(page.get_by_role("list", name="Filters").locator("li")).to_have_count(2)


def test_a_bar_of_the_chart_says_what_it_is(page):
    """Who points at it reads it, and who hears the page is told what the whole chart shows."""
    page.goto("/desk/?last=hour")
    expect(page.get_by_role("img", name=re.compile(r"^\d+ articles in the last hour, by 5 min$"))).to_be_visible()
    titles = page.locator(".column title").all_text_contents()
    assert len(titles) == 12
    assert all(re.fullmatch(r"\d+ \w{3}, \d\d:\d\d to \d\d:\d\d: \d+ articles", title) for title in titles)
