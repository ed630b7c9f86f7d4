"""What licences demand, and what they make together."""
