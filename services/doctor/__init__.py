"""The doctor: what a site would be as a source, found out politely and before anybody watches it."""
