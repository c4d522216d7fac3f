"""What the sample newsroom does on command, and what Dateline is to say of it."""
