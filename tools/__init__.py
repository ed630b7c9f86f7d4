"""What a release of the package needs: reproducible archives, and a bill of materials."""
