"""What is installed, and coded checks of an encoder."""
