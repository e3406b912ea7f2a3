"""The architectures and the shared weights of the contenders."""

from pathlib import Path

SHARED = {
    "hidden_dropout": 0.1,
    "attention_dropout": 0.1,
    "activation_dropout": 0.0,
    "feat_proj_dropout": 0.1,
    "feat_quantizer_dropout": 0.1,
    "final_dropout": 0.0,
    "layerdrop": 0.05,
    "mask_time_prob": 0.65,
}
SIZES = {
    "base": {},
    # For working on the benchmark itself: everything runs in seconds.
    "tiny": {
        "conv_dim": [64] * 7,
        "hidden_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 192,
        "num_conv_pos_embeddings": 32,
        "num_conv_pos_embedding_groups": 4,
        "num_codevectors_per_group": 40,
    },
}


def write_folder(task, size, folder):
    """Writes a Hugging Face folder of seeded random weights.

    Args:
        task: "PreTraining" or "CTC".
        size: "base" or "tiny".
        folder: path.
    """
    import torch
    import transformers

    torch.manual_seed(0)
    config = transformers.Wav2Vec2Config(**SHARED, **SIZES[size])
    model = getattr(transformers, f"Wav2Vec2For{task}")(config)
    model.save_pretrained(folder)
    (Path(folder) / "preprocessor_config.json").write_text('{"do_normalize": false}')


def limit_tensorflow(threads):
    """Gives TensorFlow a number of threads; to be called before it runs anything."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
