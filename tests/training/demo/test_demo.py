"""The demo as a whole, on a corpus of a minute and with training of a few updates."""

import json

import pytest

pytest.importorskip("espeakng_loader", reason="espeakng-loader (extra [demo]) is not installed")
pytest.importorskip("ai_edge_quantizer", reason="ai-edge-quantizer (extra [export]) is missing")

from keras_w2v2.errors import UserError
from keras_w2v2.training.demo import demo, demo_stages
from keras_w2v2.training.progress import Quiet

TINY = demo_stages.Size(
    {"pretrain": 12, "train": 24, "test": 6},
    (
        "model.conv_filters=[8,8]",
        "model.conv_kernels=[20,20]",
        "model.conv_strides=[16,20]",
        "model.hidden_dim=16",
        "model.num_layers=1",
        "model.num_heads=2",
        "model.intermediate_dim=32",
        "model.position_kernel=4",
        "model.position_groups=2",
        "jit_compile=false",
        "data.batch_seconds=8",
        "optimizer.updates=4",
        "optimizer.warmup_updates=1",
        "log_every=2",
        "checkpoint_every=2",
    ),
    (
        "jit_compile=false",
        "data.batch_seconds=12",
        "optimizer.updates=4",
        "log_every=2",
        "checkpoint_every=2",
    ),
)


class Lines(list):
    """Collects what is said."""

    def __call__(self, text):
        self.append(text)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A demo that was interrupted while it exported, and then finished."""
    folder, before, after = tmp_path_factory.mktemp("demo") / "run", Lines(), Lines()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_stages, "SHORT", TINY)
        patch.setattr(demo, "NOTHING_LEARNT", 9.0)  # in four updates
        stages = {name: stage for name, _, stage in demo.STAGES}

        def interrupt(work):
            raise KeyboardInterrupt

        patch.setattr(demo, "STAGES", _with(demo.STAGES, "export", interrupt))
        with pytest.raises(KeyboardInterrupt):
            demo.run(folder, short=True, progress=Quiet, say=before)
        patch.setattr(demo, "STAGES", _with(demo.STAGES, "export", stages["export"]))
        found = demo.run(folder, short=True, progress=Quiet, say=after)
    return folder, found, before, after


def _with(stages, name, function):
    return tuple((n, title, function if n == name else stage) for n, title, stage in stages)


def test_the_stages_are_counted(done):
    _, _, before, after = done
    assert [line.split()[0] for line in before if line[0].isdigit()] == [
        f"{n}/8" for n in range(1, 7)
    ]
    assert [line.split()[0] for line in after if line[0].isdigit()] == [
        f"{n}/8" for n in range(1, 9)
    ]


def test_finished_stages_are_kept(done):
    _, _, _, after = done
    assert [line.endswith("kept from before") for line in after if line[0].isdigit()] == [
        *[True] * 5,
        *[False] * 3,
    ]


def test_the_float32_forms_read_alike_and_int8_is_smaller(done):
    _, found, _, _ = done
    reading = found["reading"]
    assert reading["differing"] == []
    assert [form["same_text"] for form in reading["forms"].values()][:3] == [1.0, 1.0, 1.0]
    assert (
        reading["forms"]["TFLite int8"]["megabytes"]
        < reading["forms"]["TFLite float32"]["megabytes"]
    )


def test_the_report_holds_the_curves_the_alignment_and_the_table(done):
    folder, _, _, _ = done
    text = (folder / "report.html").read_text()
    for wanted in ("TFLite int8", "Loss over the updates", "Perplexity", "token probabilities"):
        assert wanted in text
    assert "src='http" not in text
    assert "href=" not in text


def test_what_was_found_is_kept_as_json(done):
    folder, found, _, _ = done
    kept = json.loads((folder / "demo.json").read_text())
    assert kept["stages"] == found
    assert set(found) == {name for name, _, _ in demo.STAGES}


def test_a_demo_of_the_other_length_is_refused(done):
    folder, _, _, _ = done
    with pytest.raises(UserError, match="short demo"):
        demo.run(folder, progress=Quiet, say=Lines())


def test_forms_that_differ_are_told_after_the_report(done):
    folder, found, _, _ = done
    reading = found["reading"] | {"differing": ["clip1"]}
    with pytest.raises(UserError, match="1 of 6 test clips"):
        demo._require_agreement(reading, folder / "report.html")


def test_a_recogniser_that_learnt_nothing_is_told(tmp_path):
    demo._require_learning({"character_error_rate": 0.2}, tmp_path)
    with pytest.raises(UserError, match="100% wrong"):
        demo._require_learning({"character_error_rate": 1.0}, tmp_path)


def test_a_missing_extra_is_named_before_anything_is_made(tmp_path, monkeypatch):
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda n: None if n == "espeakng_loader" else find(n)
    )
    with pytest.raises(UserError, match=r"keras-w2v2\[demo\]"):
        demo.run(tmp_path / "run", progress=Quiet, say=Lines())
    assert not (tmp_path / "run").exists()


def test_the_full_demo_is_larger_than_the_short_one():
    for split, clips in demo_stages.SHORT.clips.items():
        assert clips < demo_stages.FULL.clips[split]
