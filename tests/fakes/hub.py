"""A WebSub hub on loopback: it takes orders, asks back as the standard says, and pushes what a test gives it."""

import hashlib
import hmac
from urllib.parse import parse_qs, urlencode, urlsplit

from services.demo.site import Answer, Site


class Hub:
    """`client` reaches the subscriber's callback. With `refuses` or `asks_back` off it misbehaves as some hubs do."""

    def __init__(self, client, *, lease=864_000):
        self.client, self.lease = client, lease
        self.refuses, self.asks_back = False, True
        self.orders, self.answers = [], []
        self.site = Site(self._answer)
        self.url = f"{self.site.url}/hub"

    def __enter__(self):
        self.site.start()
        return self

    def __exit__(self, *_trouble):
        self.site.stop()

    def push(self, body, *, signed=True, method="sha256", content_type="application/rss+xml"):
        """Pushes to the callback of the last order; gives the status."""
        order = self.orders[-1]
        content = body.encode() if isinstance(body, str) else body
        digest = hmac.new(order["hub.secret"].encode(), content, getattr(hashlib, method)).hexdigest()
        headers = {"Content-Type": content_type}
        if signed:
            headers["X-Hub-Signature"] = f"{method}={digest}"
        return self.client.post(path_of(order["hub.callback"]), content=content, headers=headers).status_code

    def ask_back(self, order, mode=None, **more):
        """The question whether the subscriber means it; gives the answer."""
        question = {"hub.mode": mode or order["hub.mode"], "hub.topic": order["hub.topic"], "hub.challenge": "c4a11e"}
        question |= {"hub.lease_seconds": str(self.lease)} | more
        return self.client.get(f"{path_of(order['hub.callback'])}?{urlencode(question)}")

    def _answer(self, request):
        if self.refuses:
            return Answer(403, b"No.")
        self.orders.append({name: values[0] for name, values in parse_qs(request.body.decode()).items()})
        if self.asks_back:
            self.answers.append(self.ask_back(self.orders[-1]))
        return Answer(202)


def path_of(url):
    return urlsplit(url).path
