"""What the web app and its APIs share: problems (RFC 9457), keys and scopes, cursors, rate limits, event streams."""
