"""A release in other forms, each read back by ``vocab_builder.importers`` if it can hold one."""
