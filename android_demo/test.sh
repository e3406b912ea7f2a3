#!/usr/bin/env bash
# Tests the Android demo where there is no Android: compiles core, runs its tests on the golden
# files, type-checks the app against stubs, runs exported models through LiteRT's C library.
#
#   test.sh [GOLDEN_FOLDER] [DEVICE_FOLDER] [LIBLITERT_PATH]
#
# The folders default to tests/golden and build/device of the repository; libLiteRt.so is looked
# for beside the ai_edge_litert of $PYTHON, or of the repository's .venv.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
golden=$(realpath -m "${1:-$here/../tests/golden}")
device=$(realpath -m "${2:-$here/../build/device}")
python=$(command -v "${PYTHON:-$here/../.venv/bin/python}" || true)
python=${python:+$(realpath -s "$python")}
library=${3:+$(realpath -m "$3")}
cd "$here"

fail() {
  echo "test-android: $1" >&2
  exit 1
}

step() {
  echo "== $1 ($SECONDS s)"
}

jar() { # NAME PACKAGE
  [ -e "/usr/share/java/$1.jar" ] || fail "no $1.jar in /usr/share/java: apt-get install $2"
  echo "/usr/share/java/$1.jar"
}

kotlinc() { # of the language that Gradle's Kotlin compiles
  # Each run is over before the JVM's second compiler has paid for itself: half the time without.
  JAVA_OPTS="-Xmx512M -XX:TieredStopAtLevel=1 -XX:+UseSerialGC" \
    bash node_modules/kotlin-compiler/bin/kotlinc -Werror -Wextra -language-version 2.2 -api-version 2.2 -jvm-target 17 "$@"
}

command -v javac > /dev/null || fail "no javac: apt-get install openjdk-17-jdk-headless"
command -v npm > /dev/null || fail "no npm: apt-get install npm"
gson=$(jar gson libgoogle-gson-java)
junit=$(jar junit4 junit4)
hamcrest=$(jar hamcrest libhamcrest-java)
jna=$(jar jna libjna-java)
[ -d "$golden" ] || fail "no folder $golden: make golden writes it"
[ -f "$device/cases.json" ] || fail "no $device/cases.json: python -m tests.device.make_cases writes it"
if [ -z "$library" ]; then
  [ -n "$python" ] || fail "no ${PYTHON:-.venv/bin/python}: make setup, or pass the path of libLiteRt.so"
  package=$("$python" -c 'from importlib.util import find_spec; print(find_spec("ai_edge_litert").origin)' 2> /dev/null) ||
    fail "$python has no ai_edge_litert: pip install ai-edge-litert, or pass the path of libLiteRt.so"
  library=$(dirname "$package")/libLiteRt.so
fi
[ -f "$library" ] || fail "no LiteRT library $library"

step "Kotlin compiler"
npm ci --silent --no-progress
mkdir -p build
stdlib=node_modules/kotlin-compiler/lib/kotlin-stdlib.jar
coroutines=node_modules/kotlin-compiler/lib/kotlinx-coroutines-core-jvm.jar

step "core: compile, warnings are errors"
if grep -rnE "^import (android|androidx|com\.google\.ai)" core/src/main; then
  fail "core must not import Android"
fi
kotlinc -cp "$gson" core/src/main/kotlin -d build/core.jar

step "core: tests on $golden"
kotlinc -cp "$gson:build/core.jar:$junit" -Xfriend-paths=build/core.jar core/src/test/kotlin \
  -d build/core-test.jar
tests=$(cd core/src/test/kotlin && find . -name '*Test.kt' | sed 's|^\./||; s|\.kt$||; s|/|.|g' | sort)
# shellcheck disable=SC2086 # one argument for each class
java "-Dgolden=$golden" -cp "build/core-test.jar:build/core.jar:$gson:$junit:$hamcrest:$stdlib" \
  org.junit.runner.JUnitCore $tests > build/core-test.log 2>&1 || {
  grep -vE '^\s+at (org\.junit|java\.base|jdk)' build/core-test.log
  fail "core's tests failed"
}
grep -E '^OK' build/core-test.log

step "app: types, against stubs of Android, Compose and LiteRT"
mkdir -p build/stubs-java
find stubs/java -name '*.java' -print0 | xargs -0 javac -Xlint:all -Werror --release 17 -d build/stubs-java
stubs/resources.sh build/R.kt
kotlinc -cp "build/stubs-java:$coroutines" stubs/kotlin -d build/stubs.jar
kotlinc -cp "build/stubs.jar:build/stubs-java:build/core.jar:$coroutines" app/src/main/kotlin build/R.kt \
  -d build/app.jar

step "app: Compose's own rules"
# The Compose compiler checks who calls composables, then stops where it would write code: that
# takes the Compose runtime, which only Google's Maven repository has.
compose=node_modules/kotlin-compiler/lib/compose-compiler-plugin.jar
kotlinc "-Xplugin=$compose" -cp "build/stubs.jar:build/stubs-java:build/core.jar:$coroutines" \
  app/src/main/kotlin build/R.kt -d build/app-compose.jar > build/compose.log 2>&1 || true
if grep -E '(error|warning): ' build/compose.log || ! grep -q 'requires the Compose Runtime' build/compose.log; then
  head -20 build/compose.log
  fail "the app breaks a rule of Compose"
fi

step "models: LiteRT's C library on the JVM, cases of $device"
kotlinc -cp "$gson:build/core.jar:$jna" jvm/src -d build/jvm.jar
on_jvm() { # MAIN_CLASS ARGUMENT...
  java -cp "build/jvm.jar:build/core.jar:$gson:$jna:$stdlib" "kerasw2v2.jvm.$@" 2> build/litert.log || {
    cat build/litert.log
    fail "$1 failed"
  }
}
on_jvm RunCasesKt "$device" "$library"

step "live: the bundled recogniser hears a file in real time, 400 ms behind; at 44.1 kHz too"
on_jvm RunLiveKt "$golden/recogniser.tflite" "$library" "$golden/speech.wav" "$device/speech_44100.wav"
echo "test-android: all passed in $SECONDS s"
