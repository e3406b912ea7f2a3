"""Names of the Hugging Face Hub, given where a folder is wanted."""

import re
from pathlib import Path


def hint(path):
    """Returns how to download a model whose Hub name was given, "" for any other path.

    Args:
        path: str or path that does not exist.

    Example:
        >>> hint("facebook/wav2vec2-base-960h")  # "; nothing is downloaded here: …"
    """
    name, path = str(path), Path(path)
    is_file = path.suffix in (".keras", ".pt", ".tflite")
    if is_file or path.parent.exists() or not re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", name):
        return ""
    folder = name.split("/")[1]
    return (
        "; nothing is downloaded here: for a model of the Hugging Face Hub, run "
        f"'hf download {name} --local-dir {folder}' (of huggingface_hub) and give {folder}"
    )
