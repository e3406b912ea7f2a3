package androidx.lifecycle

import android.app.Application
import kotlinx.coroutines.CoroutineScope
import stubs.declaredOnly

abstract class ViewModel {
    protected open fun onCleared(): Unit = declaredOnly()
}

open class AndroidViewModel(private val application: Application) : ViewModel() {
    @Suppress("UNCHECKED_CAST")
    open fun <T : Application> getApplication(): T = application as T
}

val ViewModel.viewModelScope: CoroutineScope
    get() = declaredOnly()
