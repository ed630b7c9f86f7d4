"""Tasks: what a vocabulary keeps of what the dense embeddings can do; see docs/tasks.md."""
