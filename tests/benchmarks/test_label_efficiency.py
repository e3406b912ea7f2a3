"""Random weights get the architecture of the run they are compared with."""

import yaml

from benchmarks import label_efficiency


def test_the_architecture_of_a_run_without_its_dropouts(tmp_path):
    model = {"hidden_dim": 192, "dropout": 0.3, "feature_grad_mult": 0.5, "num_distractors": 50}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({"model": model}), encoding="utf-8")
    # A recipe for --init alone, such as small_finetune, names no preset to start from.
    wanted = ["model.feature_grad_mult=0.5", "model.hidden_dim=192", "model.preset=wav2vec2_tiny"]
    assert sorted(label_efficiency.architecture(tmp_path)) == wanted
