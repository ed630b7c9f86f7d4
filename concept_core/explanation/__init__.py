"""What is in clips, in classes and data sets, and over time, in the words of a vocabulary."""
