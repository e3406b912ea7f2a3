package androidx.activity

import android.content.Context
import android.os.Bundle
import androidx.activity.result.ActivityResultLauncher
import androidx.activity.result.contract.ActivityResultContract
import androidx.lifecycle.ViewModel

open class ComponentActivity : Context() {
    val isChangingConfigurations: Boolean
        get() = TODO()

    protected open fun onCreate(savedInstanceState: Bundle?): Unit = TODO()

    protected open fun onStop(): Unit = TODO()

    fun <I, O> registerForActivityResult(
        contract: ActivityResultContract<I, O>,
        callback: (O) -> Unit,
    ): ActivityResultLauncher<I> = TODO("$contract $callback")
}

fun ComponentActivity.enableEdgeToEdge(): Unit = TODO()

inline fun <reified VM : ViewModel> ComponentActivity.viewModels(): Lazy<VM> = TODO(VM::class.toString())
