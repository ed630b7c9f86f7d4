"""Tables for papers: one value, written as LaTeX, Markdown or csv (docs/tables.md)."""
