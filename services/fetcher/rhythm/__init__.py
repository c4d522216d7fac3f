"""The rhythm of a source: when it publishes, how improbable a silence is, and when to look more often."""
