"""The demo: a small recogniser from nothing, with a corpus spoken by espeak-ng."""
