package androidx.compose.runtime

import kotlin.reflect.KProperty
import stubs.declaredOnly

@Target(
    AnnotationTarget.FUNCTION,
    AnnotationTarget.TYPE,
    AnnotationTarget.TYPE_PARAMETER,
    AnnotationTarget.PROPERTY_GETTER,
)
annotation class Composable

interface State<out T> {
    val value: T
}

interface FloatState : State<Float>

interface MutableFloatState : FloatState {
    var floatValue: Float
}

operator fun <T> State<T>.getValue(thisObj: Any?, property: KProperty<*>): T = declaredOnly("$thisObj $property")

operator fun MutableFloatState.setValue(thisObj: Any?, property: KProperty<*>, value: Float): Unit =
    declaredOnly("$thisObj $property $value")

fun mutableFloatStateOf(value: Float): MutableFloatState = declaredOnly("$value")

@Composable
fun <T> remember(key1: Any?, calculation: () -> T): T = declaredOnly("$key1 $calculation")
