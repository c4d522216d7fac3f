"""A newsroom without sockets: addresses and the bytes that are answered there."""

import httpcore

from services.runtime.egress import EgressSettings, Gate, open_client
from services.runtime.egress.wire import GuardedBackend


class Script(httpcore.MockBackend):
    """Answers each path with its bytes, in turn; the last answer repeats. `asked` lists host and path."""

    def __init__(self, answers):
        super().__init__([])
        self.answers = {path: list(order) if isinstance(order, list) else [order] for path, order in answers.items()}
        self.asked = []

    def connect_tcp(self, *_, **__):
        return Stream(self)


class Stream(httpcore.MockStream):
    def __init__(self, script):
        super().__init__([])
        self.script = script
        self.request = b""

    def write(self, buffer, timeout=None):  # noqa: ARG002 - httpcore's shape
        self.request += buffer
        if b"\r\n\r\n" not in self.request:
            return
        line, *headers = self.request.decode().split("\r\n")
        self.request = b""
        path = line.split(" ")[1]
        host = next(header.split(": ")[1] for header in headers if header.lower().startswith("host"))
        self.script.asked.append(host + path)
        answers = self.script.answers.get(host + path) or self.script.answers.get(path) or [answer(404)]
        self._buffer.append(answers.pop(0) if len(answers) > 1 else answers[0])

    def read(self, max_bytes, timeout=None):  # noqa: ARG002
        if not self._buffer:
            return b""
        now, rest = self._buffer[0][:max_bytes], self._buffer[0][max_bytes:]
        self._buffer[:1] = [rest] if rest else []
        return now


def answer(status=200, body=b"", **headers):
    """The bytes of a response; underscores in names of headers stand for hyphens."""
    fields = {"content-length": str(len(body)), "connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} -\r\n{lines}\r\n".encode("latin-1") + body


def client_for(script):
    return open_client(
        EgressSettings(),
        backend=GuardedBackend(Gate(), resolve=lambda *_: ["93.184.215.14"], below=script),
    )
