"""What vocabularies are measured on."""
