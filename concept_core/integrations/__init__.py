"""Vocabularies inside other people's tools: scikit-learn, torch, MTEB (docs/integrations.md).

One module a tool, and nothing here: each is imported only by those who have the tool.
"""
