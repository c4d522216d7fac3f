"""Lines of a dump that tests number."""

from tests.support.written_pages import line


def lines(*texts, **about):
    return [line(text, **about) for text in texts]


def numbered(count, text="Landing number"):
    return [f"{text} {'abcdefghijklmnopqrstuvwxyz'[number % 26]}{'x' * (number // 26)}" for number in range(count)]
