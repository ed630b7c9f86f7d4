"""Mutated inputs for every reader of data from outside: a value or an error of ours comes out."""
