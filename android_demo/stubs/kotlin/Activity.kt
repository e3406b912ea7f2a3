package androidx.activity

import android.content.Context
import android.os.Bundle
import androidx.activity.result.ActivityResultLauncher
import androidx.activity.result.contract.ActivityResultContract
import androidx.lifecycle.ViewModel
import stubs.declaredOnly

open class ComponentActivity : Context() {
    val isChangingConfigurations: Boolean
        get() = declaredOnly()

    protected open fun onCreate(savedInstanceState: Bundle?): Unit = declaredOnly()

    protected open fun onStop(): Unit = declaredOnly()

    fun <I, O> registerForActivityResult(
        contract: ActivityResultContract<I, O>,
        callback: (O) -> Unit,
    ): ActivityResultLauncher<I> = declaredOnly("$contract $callback")
}

fun ComponentActivity.enableEdgeToEdge(): Unit = declaredOnly()

inline fun <reified VM : ViewModel> ComponentActivity.viewModels(): Lazy<VM> = declaredOnly(VM::class.toString())
