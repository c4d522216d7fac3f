"""Every handler of the fetcher: a worker that imports this module can do all of its work."""

from services.fetcher import turns
from services.fetcher.handlers import backfills, channels, files, house, pages, pushes
from services.runtime.ledger.worker import takes_turns

__all__ = ["backfills", "channels", "files", "house", "pages", "pushes"]

takes_turns(turns.claim)
