package stubs

/** Stands where the platform has a body: stubs are compiled against and never run. */
@PublishedApi
internal fun declaredOnly(vararg used: Any?): Nothing = error("declared only, for type checks: ${used.size} arguments")
