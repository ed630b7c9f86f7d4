"""Everything that makes, judges and publishes a vocabulary. Builds on ``concept_core``."""
