"""The desk by keyboard alone, and without JavaScript."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e

REACHABLE = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter(each => each.checkVisibility() && each.type !== "hidden")
  .map((each, i) => each.dataset.walk = each.type === "radio" ? each.name : String(i))"""
HERE = """() => {
  const each = document.activeElement, style = getComputedStyle(each);
  return [each.dataset.walk ?? null, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
}"""


@pytest.mark.parametrize("place", ["articles", "order", "source", "endpoint", "keys"])
def test_the_tab_key_reaches_everything_and_one_sees_where_one_is(page, world, place):
    page.goto(f"/desk{world.places()[place]}")
    order, result = set(page.evaluate(REACHABLE)), set()
    for _ in range(4 * len(order)):  # a date is several stops of the same field, each marked in a way of its own
        page.keyboard.press("Tab")
        name, is_seen = page.evaluate(HERE)
        result |= {name} if is_seen else set()
        if order <= result:
            break
    assert order - result == set()


def test_the_first_stop_leads_past_the_navigation(page):
    page.goto("/desk/articles")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Words")).to_be_focused()


def test_without_javascript_every_page_is_there_and_every_form_is_one(opens, world):
    """Signing in, reading, searching and ordering take nothing but HTML."""
    page = opens(signed_in=False, java_script_enabled=False, but_for="status of 404")
    page.goto("/desk/")
    page.get_by_label("API key").fill(world.key)
    page.get_by_role("button", name="Sign in").click()
    for name, path in world.places().items():
        answer = page.goto(f"/desk{path}")
        assert answer.status == (404 if name == "nothing-here" else 200), path
        expect(page.locator("h1")).to_have_count(1)
    page.goto("/desk/articles")
    page.get_by_label("Words").fill("second life")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".stories li")).to_have_count(1)
    page.goto("/desk/sources/newsroom")
    page.get_by_role("button", name="Poll now").click()
    expect(page.get_by_role("status")).to_contain_text("Looking at 1 channel")
    page.goto("/desk/reingestions/new")
    page.get_by_label("Everything").check()
    page.get_by_label("Why", exact=True).fill("Without scripts")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("status")).to_have_text("Ordered.")
