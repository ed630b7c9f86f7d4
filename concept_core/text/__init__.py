"""Text files as people have them: lines, tables, JSON, lists of words; one reader of each."""
