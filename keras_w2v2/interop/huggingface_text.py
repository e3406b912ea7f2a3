"""vocab.json, tokenizer and preprocessor files of a Hugging Face folder."""

import json
from pathlib import Path

from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE
from keras_w2v2.interop.tensor_files import read_json


def read_vocabulary(folder, size, blank):
    """Returns the Vocabulary of a CTC folder, or None when it has no vocab.json.

    Args:
        folder: path.
        size: int, width of the CTC head.
        blank: int, id of the blank (pad_token_id of config.json).

    Raises:
        UserError: for a nested, broken or too large vocabulary.
    """
    from keras_w2v2.text import Vocabulary

    folder = Path(folder)
    path = folder / "vocab.json"
    if not path.is_file():
        return None
    ids = read_json(path)
    if (folder / "added_tokens.json").is_file():
        # Tokens added by the tokenizer may lie beyond the head, where no frame can choose them.
        added = read_json(folder / "added_tokens.json")
        ids |= {token: i for token, i in added.items() if isinstance(i, int) and i < size}
    if not all(isinstance(i, int) for i in ids.values()):
        raise UserError(f"'{path}' must map each token to its id (one language, not nested)")
    by_id = {i: token for token, i in ids.items()}
    if len(by_id) != len(ids) or not by_id or min(by_id) < 0 or max(by_id) >= size:
        raise UserError(
            f"'{path}' must hold one token for each id below {size}, the head's width; "
            f"it has {len(ids)} tokens with ids {min(by_id, default=0)}-{max(by_id, default=0)}"
        )
    # Heads are sometimes wider than their vocabulary; the spare outputs need a name.
    tokens = [by_id.get(i, f"<unused-{i}>") for i in range(size)]
    if not 0 <= blank < size:
        raise UserError(f"pad_token_id {blank} in '{folder / 'config.json'}' is not below {size}")
    settings = _tokenizer_settings(folder)
    delimiter = settings.get("word_delimiter_token", "|")
    unknown = settings.get("unk_token", "<unk>")
    return Vocabulary(
        tokens,
        blank=tokens[blank],
        word_delimiter=delimiter if delimiter in by_id.values() else None,
        unknown=unknown if unknown in by_id.values() else None,
    )


def read_normalization(folder):
    """Returns do_normalize of preprocessor_config.json (bool), or None when nothing says."""
    for name, section in (
        ("preprocessor_config.json", None),
        ("processor_config.json", "feature_extractor"),
    ):
        if (Path(folder) / name).is_file():
            content = read_json(Path(folder) / name)
            content = content if section is None else content.get(section) or {}
            if isinstance(content.get("do_normalize"), bool):
                return content["do_normalize"]
    return None


def write_vocabulary(vocabulary, folder):
    """Writes vocab.json, tokenizer_config.json and special_tokens_map.json.

    Args:
        vocabulary: Vocabulary.
        folder: path, exists.
    """
    tokens = list(vocabulary.tokens)
    write_json(folder / "vocab.json", {token: i for i, token in enumerate(tokens)})
    delimiter = vocabulary.word_delimiter
    special = {
        "pad_token": tokens[vocabulary.blank],
        # A token outside the vocabulary would be added to it beyond the head: name none.
        **{
            name: token if token in tokens else None
            for name, token in (("bos_token", "<s>"), ("eos_token", "</s>"))
        },
        "unk_token": None if vocabulary.unknown is None else tokens[vocabulary.unknown],
    }
    write_json(folder / "special_tokens_map.json", {k: v for k, v in special.items() if v})
    settings = {
        "tokenizer_class": "Wav2Vec2CTCTokenizer",
        "processor_class": "Wav2Vec2Processor",
        "word_delimiter_token": None if delimiter is None else tokens[delimiter],
        "replace_word_delimiter_char": " ",
        "do_lower_case": False,
    }
    write_json(folder / "tokenizer_config.json", special | settings)


def write_preprocessor(model, folder):
    """Writes preprocessor_config.json for a task model's waveform normalization."""
    backbone = model.backbone.get_config()
    content = {
        "feature_extractor_type": "Wav2Vec2FeatureExtractor",
        "processor_class": "Wav2Vec2Processor",
        "feature_size": 1,
        "sampling_rate": SAMPLE_RATE,
        "padding_side": "right",
        "padding_value": 0.0,
        "do_normalize": bool(backbone["normalize_waveform"]),
        # transformers' group-norm models were trained without a mask and want plain zeros.
        "return_attention_mask": backbone["feature_norm"] == "layer",
    }
    write_json(folder / "preprocessor_config.json", content)


def write_json(path, content):
    """Writes one JSON object, readable, in UTF-8."""
    text = json.dumps(content, indent=2, ensure_ascii=False)
    Path(path).write_text(text + "\n", encoding="utf-8")


def _tokenizer_settings(folder):
    path = folder / "tokenizer_config.json"
    if not path.is_file():
        return {}
    # transformers writes a token as its text or as a dict with its stripping rules.
    return {
        key: value.get("content") if isinstance(value, dict) else value
        for key, value in read_json(path).items()
    }
