"""Lists of articles: as pages, as counts, and as feeds."""
