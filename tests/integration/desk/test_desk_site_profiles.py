"""Site profiles at the desk: the lines of a site with their figures, and what a person says of them."""

import pytest

from services.parser.profiles import learning
from services.parser.site_profile import SiteProfile
from services.runtime.database import transaction
from tests.support.at_desk import form_token
from tests.support.orders import NOW

pytestmark = pytest.mark.integration
HOST, LINE, OWN = "harbor.example", "Rate this page", "No ferry runs <on> Sundays."


def test_a_person_protects_a_line_of_a_site_and_takes_one_out(signed_in):
    """A reader sees the figures and has no buttons; what a person wrote is text and no markup."""
    shown = [{"text": LINE, "pages": 38, "taken": True}]
    with transaction() as session:
        learning.store(session, learning.Learned(SiteProfile(HOST, 41), shown), NOW, 41)
    admin, reader, page = signed_in(), signed_in("read"), f"/profiles/{HOST}"
    assert HOST in reader.get("/profiles").text
    text = reader.get(page).text
    assert ("38 of 41 pages" in text, f"{page}/lines" in text) == (True, False)

    for line, ruling in ((LINE, "protected"), (OWN, "unwanted")):
        data = {"form_token": form_token(admin), "text": line, "ruling": ruling}
        assert admin.post(f"{page}/lines", data=data).status_code == 303
    text = admin.get(page).text
    assert ("No ferry runs &lt;on&gt; Sundays." in text, "<on>" in text) == (True, False)
    assert text.count("protected") >= 2
    assert admin.get("/profiles/nowhere.example").status_code == 404
