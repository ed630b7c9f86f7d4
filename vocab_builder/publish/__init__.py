"""Releases to and from places that others can reach: one file a kind of place."""
