"""The archive as a whole: what it holds, and in how many files."""
