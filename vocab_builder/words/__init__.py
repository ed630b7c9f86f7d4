"""Words as they are written: normal form, phrases, events, base forms."""
