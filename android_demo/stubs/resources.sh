#!/usr/bin/env bash
# Writes the class R of the app's resources, as the Android build would, to the file $1.
set -euo pipefail
output=$(realpath -m "$1")
cd "$(dirname "$0")/../app/src/main/res"
{
  echo "package kerasw2v2.app"
  echo
  echo "object R {"
  echo "    object string {"
  sed -nE 's/.*<string name="([a-z0-9_]+)".*/        const val \1: Int = 0/p' values/strings.xml
  echo "    }"
  echo
  echo "    object drawable {"
  find drawable -name '*.xml' -printf '%f\n' | sort | sed -E 's/(.*)\.xml/        const val \1: Int = 0/'
  echo "    }"
  echo "}"
} > "$output"
