"""What a release is, how it is made, and what it answers."""
