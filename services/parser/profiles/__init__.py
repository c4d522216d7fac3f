"""Site profiles in the running service: learned in the background, read with, shown, and judged line by line."""
