"""What a choice of events would have let through lately, as the part of a form shows it that is being written."""

from collections.abc import Mapping
from typing import Any

from services.desk.api_client import Refused
from services.desk.signed_in import DeskRequest


async def preview_of(visit: DeskRequest, choice: Mapping[str, Any], endpoint: str = "") -> dict[str, Any]:
    """What `filter_preview.html` takes: the API's answer about this choice, of this endpoint if there is one already,
    or the sentence of its refusal.
    """
    path = f"/webhooks/endpoints/{endpoint}/preview" if endpoint.isdecimal() else "/webhooks/preview"
    try:
        judged = await visit.api.order("POST", path, choice)
    except Refused as refusal:
        return {"preview": None, "trouble": refusal.sentence}
    return {"preview": judged, "trouble": ""}
