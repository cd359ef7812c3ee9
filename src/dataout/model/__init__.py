"""The vocabulary, as frozen values: people · definitions · membership · delivery. No I/O, no rules."""
