"""The order of versions, as a number that a database can compare."""

import re

PARTS, EACH = 3, 1_000_000
"""How many numbers of a version count, and what each is smaller than: together they have less than 63 bits."""


def generation(version: str) -> int:
    """Greater for a later version: "10" is later than "9", "1.1" than "1". 0 for what holds no number."""
    numbers = [min(int(digits[:9]), EACH - 1) for digits in re.findall(r"\d+", version)[:PARTS]]
    return sum(number * EACH ** (PARTS - 1 - place) for place, number in enumerate(numbers))
