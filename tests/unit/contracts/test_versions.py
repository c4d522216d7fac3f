"""Versions in the order in which they came out."""

from itertools import pairwise

import pytest

from services.contracts.versions import generation


def test_a_later_version_has_a_greater_number():
    versions = ["", "0.9", "1", "1.0.1", "1.1", "1.9", "1.10", "2", "9", "10", "10.2.1"]
    assert all(generation(before) < generation(after) for before, after in pairwise(versions))


def test_what_is_said_beside_the_numbers_does_not_count():
    assert generation("dateline 2.0") == generation("2.0") == generation("2")


@pytest.mark.parametrize("version", ["9" * 5000, ".".join(["999999999"] * 9), "٣.١"])
def test_whatever_is_asked_for_a_database_can_compare_it(version):
    assert 0 <= generation(version) < 2**63
