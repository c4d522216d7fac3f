"""What a change of an article is: its grade and its diff, worked out from two readings. Pure: no database, no clock."""
