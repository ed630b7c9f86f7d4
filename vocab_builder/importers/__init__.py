"""Vocabularies read back from other forms. What comes from elsewhere is checked, never trusted."""
