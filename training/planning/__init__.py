"""What a recipe will cost, before it runs."""
