"""The web server of the web app."""

import asyncio
from types import FrameType

import uvicorn

from services.runtime.http import long_poll

TICK = 0.5
"""Seconds until it sees that it is to stop. uvicorn looks ten times a second, whether anybody comes or not."""


class WebServer(uvicorn.Server):
    """Sends home those who wait for the next event, before it waits for them to be answered."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        long_poll.stopping.set()
        super().handle_exit(sig, frame)

    async def main_loop(self) -> None:
        # The number of a tick says whether the header `Date` is due: now at each.
        while not await self.on_tick(0):  # noqa: ASYNC110 - a handler of signals sets no event of the loop
            await asyncio.sleep(TICK)
