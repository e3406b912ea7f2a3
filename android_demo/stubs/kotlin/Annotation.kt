package androidx.annotation

annotation class StringRes
