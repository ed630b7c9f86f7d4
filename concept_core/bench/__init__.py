"""Bench: vocabularies scored, swept and measured on a task; replay of scorecards."""
