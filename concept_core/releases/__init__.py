"""Releases of vocabularies: specifiers, versions, the index, and the folder that is read."""
