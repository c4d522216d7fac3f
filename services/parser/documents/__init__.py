"""Documents (PDF): what is printed on their pages becomes lines, as the markup of a page does."""
