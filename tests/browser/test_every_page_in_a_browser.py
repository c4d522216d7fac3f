"""What holds for each page of the desk: whoever looks at it, with whatever eyes, on whatever screen, can use it."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.e2e

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
ALL = {"resultTypes": ["violations"]}
# The other rules do not ask about colours, and have been asked in the light.
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNFOLDED = "document.querySelectorAll('details').forEach(each => each.open = true)"


def test_every_page_can_be_used_by_everybody_on_every_screen(opens, world, pictures):
    """No serious finding of axe in light and in dark with all that unfolds open; nothing is wider than a phone."""
    page, result = opens(viewport=DESK, but_for="status of 404", reduced_motion="reduce"), {}
    for name, path in {"sign-in": "/sign-in", **world.places()}.items():
        page.goto(f"/desk{path}")
        result |= looks_at(page, name, pictures)
    page.goto("/desk/sources/-/new")
    page.get_by_label("Address of a newsroom").fill(f"{world.newsroom.url}/News/")
    page.get_by_role("button", name="See what it would find").click()
    page.get_by_role("heading", name="Watch it").wait_for()
    result |= looks_at(page, "source-new", pictures)
    assert {where: what for where, what in result.items() if what} == {}


def looks_at(page, name, pictures):
    """What is wrong with the page that is open, by where; leaves it as it was, and four pictures of it."""
    results = {}
    page.screenshot(path=pictures / f"{name}-desk-light.png")
    page.evaluate(UNFOLDED)
    results[name, "light"] = troubles(page, ALL)
    page.emulate_media(color_scheme="dark")
    results[name, "dark"] = troubles(page, COLOURS)
    page.screenshot(path=pictures / f"{name}-desk-dark.png")
    page.set_viewport_size(PHONE)
    results[name, "phone"] = page.evaluate(WIDER)
    page.screenshot(path=pictures / f"{name}-phone-dark.png")
    page.emulate_media(color_scheme="light")
    page.screenshot(path=pictures / f"{name}-phone-light.png")
    page.set_viewport_size(DESK)
    return results


def troubles(page, options):
    violations = Axe().run(page, options=options).response["violations"]
    return [
        (entry["id"], node["target"], node.get("failureSummary"))
        for entry in violations
        if entry["impact"] in {"serious", "critical"}
        for node in entry["nodes"]
    ]
