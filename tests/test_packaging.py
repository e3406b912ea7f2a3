"""What an installation holds, beside what a checkout does."""

from pathlib import Path

import pytest
from setuptools import find_packages

ROOT = Path(__file__).parents[1]
FOLDERS = ("keras_w2v2", "training", "export")


@pytest.mark.parametrize("folder", FOLDERS)
def test_an_installed_copy_has_every_module(folder):
    """An editable one finds a folder without __init__.py too, so that nothing else would tell."""
    places = {path.parent.relative_to(ROOT) for path in (ROOT / folder).rglob("*.py")}
    modules = {".".join(place.parts) for place in places}
    installed = {folder, *(f"{folder}.{name}" for name in find_packages(str(ROOT / folder)))}
    assert modules <= installed
