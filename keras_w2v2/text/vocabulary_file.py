"""Vocabularies on disk: Hugging Face's `vocab.json`, fairseq's `dict.ltr.txt`, plain lists."""

import json

from keras_w2v2.errors import UserError

# What to take for each role, in this order, where no file says it.
_BLANKS = ("<pad>", "[PAD]", "<blank>", "<blk>", "<s>")
_DELIMITERS = ("|", " ")
_UNKNOWNS = ("<unk>", "[UNK]")


def read(path):
    """Reads the arguments of `Vocabulary` from a file.

    - `vocab.json`, `{token: id}`, or the folder that holds it; `added_tokens.json` and
      `tokenizer_config.json` beside it are honoured (Hugging Face).
    - `*.txt`, a token a line, or a token and its count (fairseq's `dict.ltr.txt`). A list without
      a blank gets "<pad>", "<s>", "</s>", "<unk>" in front, as fairseq does. (fairseq itself
      calls the first "<s>" and the second "<pad>"; published checkpoints swap these names.)

    Args:
        path: Path.

    Returns:
        dict of tokens, blank, word_delimiter, unknown.

    Raises:
        UserError: missing, unreadable, or no vocabulary.
    """
    if path.is_dir():
        path = path / "vocab.json"
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"vocabulary: '{path}' does not exist: name a vocab.json file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"vocabulary: '{path}' cannot be read as text: {error}") from None
    if path.suffix == ".txt":
        return _with_roles(_tokens_of_lines(content, path), {})
    tokens = _json_dict(content, path)
    for key, value in _json_beside(path, "added_tokens.json").items():
        tokens.setdefault(key, value)
    return _with_roles(_in_order(tokens, path), _json_beside(path, "tokenizer_config.json"))


def write(vocabulary, folder):
    """Writes `vocab.json`, and `tokenizer_config.json` where the roles could not be guessed.

    Args:
        vocabulary: Vocabulary.
        folder: Path, made if missing.

    Returns:
        Path of the `vocab.json`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "vocab.json"
    ids = {token: i for i, token in enumerate(vocabulary.tokens)}
    _replace(path, ids)
    config = vocabulary.get_config()
    roles = {"blank": "pad_token", "unknown": "unk_token", "word_delimiter": "word_delimiter_token"}
    told = folder / "tokenizer_config.json"
    if _with_roles(config["tokens"], {}) != config:
        _replace(told, {key: config[role] for role, key in roles.items()})
    else:
        told.unlink(missing_ok=True)  # an older vocabulary's roles must not rule this one
    return path


def _replace(path, content):
    partial = path.with_name(path.name + ".partial")
    text = json.dumps(content, ensure_ascii=False, indent=1)
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(path)


def _tokens_of_lines(content, path):
    lines = [line.rstrip("\r") for line in content.split("\n") if line.strip()]
    fields = [line.split() for line in lines]
    counted = fields and all(len(f) == 2 and f[1].isdigit() for f in fields)
    tokens = [f[0] for f in fields] if counted else [line.strip() for line in lines]
    if any(len(token) > 20 for token in tokens):
        raise UserError(f"vocabulary: '{path}' is no list of tokens: write one token a line")
    if not any(blank in tokens for blank in _BLANKS):
        tokens = ["<pad>", "<s>", "</s>", "<unk>", *tokens]
    return tokens


def _json_dict(content, path):
    try:
        parsed = json.loads(content)
    except json.JSONDecodeError as error:
        raise UserError(f"vocabulary: '{path}' is no JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise UserError(f"vocabulary: '{path}' must hold one object {{token: id}}")
    if parsed and all(isinstance(value, dict) for value in parsed.values()):
        raise UserError(
            f"vocabulary: '{path}' holds one vocabulary a language ({', '.join(parsed)[:60]}): "
            "write the one to use into a file of its own"
        )
    return parsed


def _json_beside(path, name):
    beside = path.with_name(name)
    if path.name != "vocab.json" or not beside.is_file():
        return {}
    return _json_dict(beside.read_text(encoding="utf-8"), beside)


def _in_order(ids, path):
    if any(isinstance(i, bool) or not isinstance(i, int) for i in ids.values()):
        raise UserError(f"vocabulary: '{path}' must hold one object {{token: id}}")
    if sorted(ids.values()) != list(range(len(ids))):
        raise UserError(f"vocabulary: the ids in '{path}' must be 0 to {len(ids) - 1}, each once")
    return sorted(ids, key=ids.get)


def _with_roles(tokens, told):
    """Names the blank, delimiter and unknown: as told, else the usual names."""

    def role(key, usual, otherwise):
        if key in told:
            token = told[key]
            return token.get("content") if isinstance(token, dict) else token
        return next((token for token in usual if token in tokens), otherwise)

    delimiter = role("word_delimiter_token", _DELIMITERS, None)
    unknown = role("unk_token", _UNKNOWNS, None)
    return {
        "tokens": list(tokens),
        "blank": role("pad_token", _BLANKS, tokens[0] if tokens else None),
        "word_delimiter": delimiter if delimiter in tokens else None,
        "unknown": unknown if unknown in tokens else None,
    }
