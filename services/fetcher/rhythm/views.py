"""What people see of a source's rhythm."""

from datetime import datetime

from pydantic import BaseModel

from services.fetcher.models import SourceRhythm


class RhythmView(BaseModel):
    """When a source published last, when something is expected, and how probable a silence as the present one is.

    What is not known yet is null: a rhythm is learned from ten working days. `silent_since` is since when people were
    told that it is silent.
    """

    last_item_at: datetime | None = None
    expected_by: datetime | None = None
    items_a_day: float | None = None
    probability: float | None = None
    silent_since: datetime | None = None


def rhythm_view(row: SourceRhythm | None) -> RhythmView:
    """The rhythm of a source as its row says."""
    return RhythmView.model_validate(row, from_attributes=True) if row else RhythmView()
