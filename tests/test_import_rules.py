"""Who may import whom, read from the sources."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "keras_w2v2"
PORTABLE = [*LIBRARY.glob("layers/*.py"), *LIBRARY.glob("objectives/*.py")]
PORTABLE += [LIBRARY / "models" / "backbone.py"]

# Folder of the library -> what it may import of the library; files directly below it are free.
# The vocabulary travels with a CTC model.
ALLOWED = {
    "layers": {"layers", "frames", "errors"},
    "objectives": {"layers", "objectives", "errors"},
    "models": {
        *("layers", "objectives", "models", "frames", "errors", "presets", "metrics", "text"),
    },
    "data": {"data", "text", "frames", "errors"},
    "text": {"text", "errors"},
    "decoding": {"decoding", "text", "frames", "errors"},
}


def _imports(path):
    """Every module that a file imports, inside functions too; names of packages in full."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            # `from keras_w2v2 import training` names the folder in the alias.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PORTABLE, ids=_name)
def test_layers_objectives_and_the_backbone_never_import_tensorflow(path):
    assert not [name for name in _imports(path) if name.split(".")[0] == "tensorflow"]


def test_the_library_never_imports_training_or_export():
    upward = [
        f"{_name(path)}: {name}"
        for path in LIBRARY.rglob("*.py")
        if path.relative_to(LIBRARY).parts[0] != "cli"
        for name in _imports(path)
        if name.startswith(("keras_w2v2.training", "keras_w2v2.export", "training", "export"))
    ]
    assert upward == []


@pytest.mark.parametrize("folder", ALLOWED)
def test_a_folder_imports_only_what_stands_below_it(folder):
    wrong = [
        f"{_name(path)}: {name}"
        for path in (LIBRARY / folder).rglob("*.py")
        for name in _imports(path)
        if name.startswith("keras_w2v2.") and name.split(".")[1] not in ALLOWED[folder]
    ]
    assert wrong == []


def test_no_file_is_named_for_leftovers():
    names = {path.stem for folder in (LIBRARY, ROOT / "training") for path in folder.rglob("*.py")}
    assert not names & {"utils", "helpers", "common", "misc"}
