"""A newsroom and a subscriber on loopback, to see and to test the whole path without the outside world."""
