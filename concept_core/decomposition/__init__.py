"""Embeddings written as sparse, non-negative sums of concepts."""
