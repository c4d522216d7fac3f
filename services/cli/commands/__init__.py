"""The commands of `dateline`, one file for each word after it. Each is imported only when it is asked for."""
