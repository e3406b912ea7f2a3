"""What a recipe may say, with types, limits and defaults."""
