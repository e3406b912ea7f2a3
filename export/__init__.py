"""Ships a recogniser: SavedModel for servers, TFLite for phones, each checked against Keras."""
