"""What a model's folder tells of where it comes from, for the description of its exports."""

from pathlib import Path

import yaml

from keras_w2v2.data import shards
from keras_w2v2.errors import UserError


def about(path):
    """Returns what is known of a model beside its weights.

    Args:
        path: str or path of a run, a .keras file or a Hugging Face folder.

    Returns:
        dict of "languages" (list of str), "training" (dict or None) and "licence" (str or None).
    """
    path = Path(path)
    if (path / "config.yaml").is_file():
        return _of_run(path)
    if (path / "config.json").is_file():
        return _of_model_card(path / "README.md")
    return {"languages": [], "training": None, "licence": None}


def _of_run(path):
    values = yaml.safe_load((path / "config.yaml").read_text(encoding="utf-8"))
    inputs = values.get("inputs", {})
    languages = set()
    for place in inputs.get("checksums", {}):
        try:
            languages |= set(shards.ShardIndex.load(place).content["languages"])
        except UserError:  # trained elsewhere, or the shards are gone
            continue
    training = {
        "task": values.get("task"),
        "updates": values.get("optimizer", {}).get("updates"),
        "shards": sorted(inputs.get("checksums", {}).values()),
    }
    return {"languages": sorted(languages - {""}), "training": training, "licence": None}


def _of_model_card(path):
    """The front matter of a Hugging Face model card."""
    if not path.is_file():
        return {"languages": [], "training": None, "licence": None}
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        matter = yaml.safe_load(text.split("---")[1]) if text.startswith("---") else {}
    except (yaml.YAMLError, IndexError):
        matter = {}
    matter = matter if isinstance(matter, dict) else {}
    language = matter.get("language") or []
    languages = [language] if isinstance(language, str) else list(map(str, language))
    licence = matter.get("license")
    return {
        "languages": languages,
        "training": None,
        "licence": licence if isinstance(licence, str) else None,
    }
