"""Formats that vocabularies are written to and read from: one file a format."""
