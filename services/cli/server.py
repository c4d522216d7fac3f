"""The web server of the web app."""

from types import FrameType

import uvicorn

from services.runtime import watch


class Server(uvicorn.Server):
    """Sends home those who wait for the next event, before it waits for them to be answered."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        watch.stopping.set()
        super().handle_exit(sig, frame)
