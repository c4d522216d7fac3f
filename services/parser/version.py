"""Which parser read a page: bumped whenever the same bytes may give another article."""

PARSER_VERSION = "3"
