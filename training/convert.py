"""Weights from and to Hugging Face and fairseq."""

from pathlib import Path

from keras_w2v2.errors import UserError
from keras_w2v2.interop import hub


def convert(source, out):
    """Reads a checkpoint of any kind and writes it in ours or in Hugging Face's.

    What `source` is decides how it is read: a .pt file as fairseq's, a folder with config.json as
    Hugging Face's, anything else as a run or .keras file of ours. The name of `out` decides what
    is written: NAME.keras in our format, any other name as a Hugging Face folder.

    Args:
        source: str or path.
        out: str or path; appears whole or not at all.

    Returns:
        str, one line that says what became what.

    Raises:
        UserError: the source cannot be read or holds another kind of model, or `out` is taken.

    Example:
        >>> convert("downloads/wav2vec2-base-960h", "base.keras")
        >>> convert("runs/fine", "upload/wav2vec2-mine")
    """
    source, out = Path(source), Path(out)
    if not source.exists():
        wanted = "give a .pt file, a folder or a .keras file"
        raise UserError(f"there is no '{source}': {wanted}{hub.hint(source)}")
    if out.exists():
        raise UserError(f"'{out}' exists already: remove it or name another")
    kind, model = _read(source)
    if out.suffix == ".keras":
        from keras_w2v2.interop import atomic

        with atomic.file(out) as partial:
            model.save(partial)
        written = "keras-w2v2"
    else:
        from keras_w2v2.interop import save_huggingface

        save_huggingface(model, out)
        written = "Hugging Face"
    return f"{kind} '{source}' -> {written} '{out}' ({model.count_params():,} parameters)"


def _read(source):
    if source.suffix == ".pt":
        from keras_w2v2.interop import load_fairseq

        return "fairseq", load_fairseq(source)
    from keras_w2v2.export import runner

    if source.suffix in runner.FILES or (source / "saved_model.pb").is_file():
        raise UserError(f"'{source}' is an export, made to run: convert the model it came from")
    from keras_w2v2.training.runs.run_folder import load_model

    ours = not (source / "config.json").is_file() or (source / "config.yaml").is_file()
    return ("keras-w2v2" if ours else "Hugging Face"), load_model(source)
