"""Pre-training: from shards of unlabelled speech to a model in a run folder."""

from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE
from keras_w2v2.training.configuration.schema import PretrainConfig
from keras_w2v2.training.progress import Progress


def pretrain(
    config,
    data,
    out,
    *,
    init=None,
    dev=None,
    settings=(),
    progress=Progress,
    workers=None,
    worker=None,
):
    """Pre-trains a model, or carries on where an interrupted run stopped.

    Args:
        config: PretrainConfig, a dict, the path or name of a recipe, or None for the small one.
        data: folder of shards, or a list of them.
        out: folder of the run. If it holds an unfinished run of the same configuration, the run
            carries on from its newest checkpoint and gives what it would have given.
        init: a run of pre-training, .keras file or Hugging Face folder whose weights to start
            from. None starts from random weights of `config.model.preset`.
        dev: folder of shards or list of them, to measure the losses on along the way.
        settings: iterable of str, "a.b=value" overrides of the recipe.
        progress: class that shows the progress, `training.progress.Quiet` for none.
        workers: with `strategy` multiworker, "host:port,host:port" or a list, the same on all of
            them; TF_CONFIG if None. Then call this before TensorFlow has done anything.
        worker: int, which of the workers this process is.

    Returns:
        Wav2Vec2ForPreTraining, trained; also in `out`/model.keras.

    Raises:
        UserError: a wrong key, unreadable shards, an `init` of another architecture, an `out`
            that belongs to something else, a full disk, no devices for the strategy, a worker
            that is missing or differs.
        Stopped: (a KeyboardInterrupt) Ctrl-C; the same call carries on.
        Terminated: (a SystemExit) SIGTERM, with everything saved; the same call carries on.

    Example:
        >>> pretrain("small_pretrain", "shards/speech", "runs/small")
    """
    config = PretrainConfig.of(config, settings)

    from keras_w2v2.data import pipeline
    from keras_w2v2.training import fitting, initial_model, optimizers
    from keras_w2v2.training.runs import seeding
    from keras_w2v2.training.runs.resolved import terms
    from keras_w2v2.training.workers import strategies

    inputs = {"data": data, "dev": dev, "noise": config.data.noise_shards(), "init": init}
    tell = progress("pre-training").note
    distribution = strategies.build(config, terms(config, **inputs), workers, worker, tell)

    def make():
        with distribution.scope(), seeding.seeded(config.seed):
            model = initial_model.pretraining(config, init)
            model.compile(
                optimizer=optimizers.pretraining(config.optimizer),
                jit_compile=distribution.compiles(config.jit_compile),
                micro_batches=config.optimizer.gradient_accumulation,
            )
        _require_room_for_spans(config, model)
        return model

    def batches(folders, arguments):
        arguments = distribution.batch_arguments(arguments)
        return pipeline.pretraining_batches(folders, **arguments, seed=config.seed)

    train = config.data.arguments(config.optimizer.gradient_accumulation)
    train |= {"part": distribution.part(config.data)}

    model = fitting.run(
        make,
        config,
        inputs,
        out,
        batches(data, train),
        dev=None if dev is None else batches(dev, config.data.dev_arguments()),
        progress=progress,
        distribution=distribution,
    )
    distribution.leave_together()
    return model


def _require_room_for_spans(config, model):
    """Refuses clips too short to mask: they would train nothing, without an error."""
    span = model.get_config()["mask_span"]
    frames = model.backbone.frames
    shortest = config.data.min_seconds
    if frames.frames(round(shortest * SAMPLE_RATE)) <= span:
        least = frames.samples(span + 1) / SAMPLE_RATE
        raise UserError(
            f"data.min_seconds is {shortest:g}: such a clip has no room for a masked span of "
            f"{span} frames (model.mask_span): raise it to {least + 0.005:.2f} or more, or shorten "
            "the span"
        )
