"""What a release of the package needs: archives that are the same twice, and a bill of materials."""
