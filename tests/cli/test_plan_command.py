"""keras-w2v2 plan, as it is typed."""


def test_a_plan_names_every_figure(keras_w2v2):
    outcome = keras_w2v2("plan", "wav2vec2_base", "--gpus", "8", "--hours", "960")
    assert outcome.code == 0
    lines = [line.split("  ")[0] for line in outcome.out.splitlines()[2:]]
    assert lines == [
        *("parameters", "memory a device", "updates", "epochs", "hours", "shards", "run"),
    ]
    assert "95,044,608" in outcome.out


def test_a_recipe_that_cannot_be_is_told_in_one_line(keras_w2v2):
    heads = ("--set", "model.num_heads=7")
    line = keras_w2v2("plan", "wav2vec2_base", "--hours", "960", *heads).error
    assert "multiple of num_heads" in line
    assert "--hours" in keras_w2v2("plan", "wav2vec2_base").error
