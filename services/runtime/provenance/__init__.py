"""What became of each page: which channel showed it, what its captures gave, what a re-ingestion found."""
