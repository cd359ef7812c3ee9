"""The vocabulary, as frozen values: people, definitions, delivery, and how values are read."""
