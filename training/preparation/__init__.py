"""From recordings to shards: reading, checking, cutting, dividing, on Beam."""
