"""What a user wrote down: YAML with the place of every key, and secrets by reference."""
