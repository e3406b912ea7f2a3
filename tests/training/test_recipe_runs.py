"""Every packaged recipe trains as it stands: compiled, in its precision, with its layer drop."""

import pytest

from keras_w2v2.training.configuration import recipe_file
from keras_w2v2.training.configuration.schema import FinetuneConfig, PretrainConfig
from keras_w2v2.training.finetune import finetune
from keras_w2v2.training.pretrain import pretrain
from keras_w2v2.training.progress import Quiet
from keras_w2v2.training.runs.run_folder import RunFolder

TYPICAL = "wav2vec2_base"  # at every change, with the demo's two: XLA takes its time
TASKS = {"pretrain": (PretrainConfig, pretrain), "finetune": (FinetuneConfig, finetune)}
HEAD = {"codebook_size": 8, "code_dim": 8, "projection_dim": 8, "num_distractors": 5}


def small(name, tiny):
    """The values of a recipe with a tiny network, tiny batches and three updates."""
    values = recipe_file.read(recipe_file.find(name))
    model, optimizer = values["model"], values["optimizer"]
    model |= {key: value for key, value in tiny.items() if key != "preset"} | {"mask_span": 4}
    optimizer["updates"] = 3
    values["data"]["num_buckets"] = 2  # so that no length is known when the step is traced
    optimizer["gradient_accumulation"] = min(optimizer.get("gradient_accumulation", 1), 2)
    if values["task"] == "pretrain":
        model |= HEAD
        optimizer["warmup_updates"] = 1
        values["data"] |= {"batch_seconds": 2.0, "max_seconds": 0.6, "min_seconds": 0.3}
    else:
        model["preset"] = model.get("preset") or _start(name)
        model["mask_channel_span"] = 4
        model["freeze_transformer_updates"] = min(model.get("freeze_transformer_updates", 0), 1)
        values["data"] |= {"batch_seconds": 4.0, "max_seconds": 2.0}
    return values | {"log_every": 1, "checkpoint_every": 3, "evaluate_every": 3}


def _start(name):
    """The kind of model that a recipe fine-tunes."""
    return "wav2vec2_large_lv60" if "large" in name or "xls_r" in name else "wav2vec2_base"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name == TYPICAL else pytest.mark.long)
        for name in recipe_file.packaged_recipes()
    ],
)
def test_a_recipe_trains_as_it_stands(name, tiny, tones, tmp_path):
    values = small(name, tiny)
    schema, train = TASKS[values["task"]]
    config = schema.load(values)
    assert config.jit_compile
    train(config, tones, tmp_path / "run", dev=tones, progress=Quiet)
    lines = RunFolder(tmp_path / "run").metrics()
    losses = [row["loss"] for row in lines if row["split"] == "train"]
    assert len(set(losses)) == 3  # it moves
    assert all(0 < loss < 100 for loss in losses)
