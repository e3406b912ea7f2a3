"""Speed, memory and size beside transformers, on the same weights and clips. Not part of tests."""
