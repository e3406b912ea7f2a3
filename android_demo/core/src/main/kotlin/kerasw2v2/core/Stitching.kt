package kerasw2v2.core

/** Returns the frames of the window's [logits] that are taken from it. */
fun Window.kept(logits: Logits): Logits =
    logits.slice((keepFrom - firstFrame).toInt(), (keepTo - firstFrame).toInt())

/** Returns the frames of the window's [logits] that the next window will say better. */
fun Window.ahead(logits: Logits): Logits =
    logits.slice((keepTo - firstFrame).toInt(), logits.frames)

/** Joins what was kept of the windows of one recording, in their order. */
fun stitch(kept: List<Logits>): Logits {
    require(kept.isNotEmpty()) { "no windows to stitch" }
    val joined = FloatArray(kept.sumOf { it.values.size })
    var at = 0
    for (part in kept) {
        part.values.copyInto(joined, at)
        at += part.values.size
    }
    return Logits(joined, kept.first().vocabulary)
}
