"""Fine-tuning: from shards of transcribed speech to a recogniser in a run folder."""

from pathlib import Path

from keras_w2v2.errors import UserError, nearest
from keras_w2v2.frames import SAMPLE_RATE
from keras_w2v2.training.configuration.schema import FinetuneConfig
from keras_w2v2.training.progress import Progress


def finetune(
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
    """Fine-tunes a model with CTC, or carries on where an interrupted run stopped.

    Args:
        config: FinetuneConfig, a dict, the path or name of a recipe, or None for the small one.
        data: folder of shards with transcripts, or a list of them.
        out: folder of the run. If it holds an unfinished run of the same configuration, the run
            carries on from its newest checkpoint and gives what it would have given.
        init: a run, .keras file or Hugging Face folder whose backbone to start from. None
            starts from random weights of `config.model.preset`.
        dev: folder of shards or list of them, to measure the error rates on along the way and,
            clip by clip, at the end (`out`/evaluation.json).
        settings: iterable of str, "a.b=value" overrides of the recipe.
        progress: class that shows the progress, `training.progress.Quiet` for none.
        workers, worker: as for `pretrain`.

    Returns:
        Wav2Vec2ForCTC, trained; also in `out`/model.keras, its vocabulary in `out`/vocab.json.

    Raises:
        UserError: a wrong key, unreadable shards, transcripts outside the vocabulary, an `init`
            of another architecture, an `out` that belongs to something else, a full disk, no
            devices for the strategy, a worker that is missing or differs.
        Stopped: (a KeyboardInterrupt) Ctrl-C; the same call carries on.
        Terminated: (a SystemExit) SIGTERM, with everything saved; the same call carries on.

    Example:
        >>> finetune("small_finetune", "shards/train", "runs/ctc", init="runs/small")
    """
    config = FinetuneConfig.of(config, settings)

    from keras_w2v2.data import pipeline, shards
    from keras_w2v2.training import evaluate, fitting, initial_model, optimizers, recognizer
    from keras_w2v2.training.runs import seeding
    from keras_w2v2.training.runs.resolved import terms
    from keras_w2v2.training.workers import strategies

    indexes = shards.load_all(data)
    normalizer = config.text_normalizer()
    vocabulary = _vocabulary(config.vocabulary, indexes, normalizer)
    inputs = {"data": data, "dev": dev, "noise": config.data.noise_shards(), "init": init}
    agreed = terms(config, **inputs) | {"vocabulary": list(vocabulary.tokens)}
    distribution = strategies.build(config, agreed, workers, worker, progress("fine-tuning").note)

    def batches(folders, arguments):
        arguments = distribution.batch_arguments(arguments)
        return pipeline.ctc_batches(folders, vocabulary, normalizer, **arguments, seed=config.seed)

    train = config.data.arguments(config.optimizer.gradient_accumulation)
    train = batches(data, train | {"part": distribution.part(config.data)})
    dev_batches = None if dev is None else batches(dev, config.data.dev_arguments())

    def make():
        with distribution.scope(), seeding.seeded(config.seed):
            model = initial_model.ctc(config, vocabulary, init)
            model.compile(
                optimizer=optimizers.finetuning(config.optimizer),
                jit_compile=distribution.compiles(config.jit_compile),
                micro_batches=config.optimizer.gradient_accumulation,
            )
        _require_frames(model, indexes)
        return model

    def measure(model, folder):
        evaluate.evaluate(recognizer.of(model), dev, out=folder.evaluation_file, progress=progress)

    model = fitting.run(
        make,
        config,
        inputs,
        out,
        train,
        dev=dev_batches,
        progress=progress,
        vocabulary=vocabulary,
        distribution=distribution,
        measure=None if dev is None else measure,
    )
    distribution.leave_together()
    return model


def _require_frames(model, indexes):
    """Refuses an architecture of which the shortest clip makes no frame."""
    frame = model.backbone.frames.receptive_field
    shortest = min(clip.num_samples for index in indexes for clip in index.table())
    if shortest < frame:
        raise UserError(
            f"a frame of this model sees {frame / SAMPLE_RATE:.2f} s (model.conv_kernels, "
            f"model.conv_strides), but the shortest clip has {shortest / SAMPLE_RATE:.2f} s: give "
            "smaller kernels or strides, or longer clips"
        )


def _vocabulary(choice, indexes, normalizer):
    """Returns the Vocabulary that the configuration names."""
    from keras_w2v2.text import Vocabulary

    if choice == "characters":
        return Vocabulary.from_transcripts(
            normalizer(text) for index in indexes for text in index.transcripts()
        )
    if choice == "librispeech":
        return Vocabulary.librispeech()
    if not Path(choice).exists():
        raise UserError(
            f"no vocabulary '{choice}'{nearest(choice, ['characters', 'librispeech'])} "
            "(characters, librispeech, or a vocab.json file)"
        )
    return Vocabulary.load(choice)
