"""Files of embeddings as programs write them: their arrays, and whose rows and ids these are."""
