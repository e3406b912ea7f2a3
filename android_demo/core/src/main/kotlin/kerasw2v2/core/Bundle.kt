package kerasw2v2.core

import java.security.MessageDigest

/** Reads bundles: the network with its description appended, as docs/bundle.md has it. */
object Bundle {
    private const val METADATA = "metadata.json"
    private const val PIECE = 1 shl 20

    /**
     * Returns what a bundle says about itself, once all of it has been checked.
     *
     * @throws BundleException what is wrong with it.
     */
    fun read(source: ByteSource): Metadata {
        if (source.size < 8 || source.read(4, 4).toString(Charsets.ISO_8859_1) != "TFL3") {
            fail(BundleFault.NOT_A_MODEL, "not a TFLite model: choose a file that keras-w2v2 exported")
        }
        val archive = ZipArchive(source)
        if (!archive.holds(METADATA)) {
            fail(BundleFault.NO_METADATA, "no $METADATA in it: export it with keras-w2v2")
        }
        val metadata = MetadataReader.read(archive.read(METADATA))
        if (metadata.modelBytes != archive.begins) {
            fail(
                BundleFault.WRONG_CHECKSUM,
                "a network of ${metadata.modelBytes} bytes is promised, ${archive.begins} are " +
                    "there; copy the bundle again",
            )
        }
        val found = sha256(source, metadata.modelBytes)
        if (found != metadata.sha256) {
            fail(
                BundleFault.WRONG_CHECKSUM,
                "the network's SHA-256 is $found, it must be ${metadata.sha256}: copy the bundle again",
            )
        }
        return metadata
    }

    /** Returns the SHA-256 of the first [bytes] bytes, in hexadecimal. */
    private fun sha256(source: ByteSource, bytes: Long): String {
        val digest = MessageDigest.getInstance("SHA-256")
        for (at in 0 until bytes step PIECE.toLong()) {
            digest.update(source.read(at, minOf(PIECE.toLong(), bytes - at).toInt()))
        }
        return digest.digest().joinToString("") { "%02x".format(it) }
    }

    private fun fail(fault: BundleFault, message: String): Nothing =
        throw BundleException(fault, message)
}
