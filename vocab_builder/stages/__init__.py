"""Candidates on their way through the stages, and what stages may ask for."""
