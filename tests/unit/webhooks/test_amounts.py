"""What the audit log says of several deliveries at once."""

import pytest

from services.webhooks.api.own import amount


@pytest.mark.parametrize(("number", "text"), [(0, ": 0 deliveries"), (1, ": 1 delivery"), (7, ": 7 deliveries")])
def test_one_delivery_is_a_delivery(number, text):
    assert amount(number) == text
