"""The tables of the paper (arXiv 2504.14076) on one's own data; see docs/reproduce.md."""
