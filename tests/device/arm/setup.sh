#!/usr/bin/env bash
# Makes build/arm: qemu's user emulator, Debian's arm64 Python 3.11 and LiteRT for it.
#
#     tests/device/arm/setup.sh
#
# Root is not needed and nothing is installed: packages come from the Debian archive and the
# Python index that this machine is set up for, and are unpacked into that one folder.
set -euo pipefail
cd "$(dirname "$0")/../../.."
here=tests/device/arm
folder=$PWD/build/arm
python=${PYTHON:-.venv/bin/python}

# The Debian release that has Python 3.11. Its own qemu, 7.2, crashes while LiteRT probes the
# processor; its backports have a newer one.
release=bookworm
oldest_qemu=9

fail() {
    echo "tests/device/arm/setup.sh: $*" >&2
    exit 1
}

require_tools() {
    local tool
    for tool in apt-get dpkg dpkg-deb sha256sum tar; do
        command -v "$tool" > /dev/null || fail "'$tool' is missing: run this on Debian or Ubuntu"
    done
    "$python" -m pip --version > /dev/null 2>&1 ||
        fail "'$python' has no pip: run 'make setup' first, or name another Python in PYTHON"
}

recipe() {
    sha256sum "$here/setup.sh" "$here/packages.txt" "$here/wheels.txt" constraints.txt
}

# apt with lists, cache and architectures of its own: the machine's stay as they are.
own_apt() {
    apt-get --quiet=2 \
        -o Dir::State="$folder/apt" -o Dir::State::status="$folder/apt/status" \
        -o Dir::Cache="$folder/apt/cache" -o APT::Sandbox::User=root \
        -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o APT::Architectures::=arm64 -o Acquire::Retries=3 "$@"
}

# The release's updates for arm64 as the machine's sources have them, and its backports, which lie
# in the same archive.
write_sources() {
    local configured archive signed=""
    # --no-release-info: also sources whose lists were never fetched.
    configured=$(apt-get indextargets --no-release-info \
        --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        grep ' main$' | sort -u) || true
    archive=$(awk -v release="$release" '$2 == release { print $1; exit }' <<< "$configured")
    [[ -n $archive ]] ||
        fail "no source of Debian $release, main, in /etc/apt/sources.list or sources.list.d: add one"
    local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [[ -r $keyring ]] && signed=" signed-by=$keyring"
    {
        awk -v options="[arch=arm64$signed]" -v suites="^$release(-updates|-security)?$" \
            '$2 ~ suites { print "deb", options, $0 }' <<< "$configured"
        echo "deb [arch=$host$signed] $archive $release-backports main"
    } > "$folder/apt/sources.list"
}

fetch_packages() {
    mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/debs"
    : > "$folder/apt/status"
    write_sources
    local errors=$folder/apt/errors
    own_apt update --error-on=any 2> "$errors" || fail "apt cannot read its package lists: $(< "$errors")"
    local names
    mapfile -t names < <(sed -E '/^(#|$)/d; s/$/:arm64/' "$here/packages.txt")
    (cd "$folder/debs" && own_apt download "${names[@]}" "qemu-user:$host") 2> "$errors" ||
        fail "apt cannot fetch the packages: $(< "$errors")"
}

unpack_packages() {
    local deb version
    for deb in "$folder"/debs/*_arm64.deb; do
        [[ $deb == */qemu-user_* ]] || dpkg-deb -x "$deb" "$folder/sysroot"
    done
    # The one emulator of some sixty. It is linked statically: unpacked, it runs.
    dpkg-deb --fsys-tarfile "$folder"/debs/qemu-user_*.deb |
        tar -x -C "$folder" --strip-components=3 ./usr/bin/qemu-aarch64
    version=$("$folder/qemu-aarch64" --version | sed -nE '1s/.*version ([0-9]+)\..*/\1/p')
    ((version >= oldest_qemu)) ||
        fail "the machine's sources gave qemu $version, and LiteRT needs $oldest_qemu or later:" \
            "they lack $release-backports"
}

install_wheels() {
    local platforms=() glibc
    for glibc in 2_17 2_27 2_28 2_34; do
        platforms+=(--platform "manylinux_${glibc}_aarch64")
    done
    # --no-deps: pip would judge the dependencies by this machine's processor.
    "$python" -m pip install --quiet --quiet --target "$folder/site" --no-deps --only-binary=:all: \
        --python-version 3.11 "${platforms[@]}" \
        --constraint constraints.txt --requirement "$here/wheels.txt" ||
        fail "pip cannot fetch the aarch64 wheels of $here/wheels.txt"
}

try_imports() {
    QEMU_LD_PREFIX="$folder/sysroot" PYTHONPATH="$folder/site" \
        "$folder/qemu-aarch64" -cpu cortex-a53 "$folder/sysroot/usr/bin/python3.11" \
        -c 'import ai_edge_litert.interpreter' ||
        fail "the emulated Python cannot import LiteRT: see the lines above"
}

[[ -f $folder/.recipe ]] && recipe | cmp --silent - "$folder/.recipe" && exit 0
require_tools
host=$(dpkg --print-architecture)
rm -rf "$folder"
fetch_packages
unpack_packages
install_wheels
try_imports
rm -rf "$folder/apt" "$folder/debs"
recipe > "$folder/.recipe"
echo "emulated ARM is ready: $("$folder/qemu-aarch64" --version | head -1)"
