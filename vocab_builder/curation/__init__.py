"""Decisions of people about words: the file, the stage that applies them, the queue, the page."""
