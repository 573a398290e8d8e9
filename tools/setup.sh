#!/bin/sh
# Make everything ready: install what is missing, configure, build. Quiet unless something goes wrong; quick when all is there.
#
#     tools/setup.sh [--tests] [--build FOLDER] [-DOPTION=VALUE]...
#
# --tests   also what the tests need, and build them
# --build   where to build (default: build, beside this folder)
# -D        a build option, for meson
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
build=$root/build
tests=no
wanted=

say() {
        printf 'setup: %s\n' "$*" >&2
}

die() {
        say "$@"
        exit 1
}

while [ $# -gt 0 ]; do
        case $1 in
        --tests) tests=yes ;;
        --build)
                [ $# -gt 1 ] || die "--build needs a folder"
                shift
                case $1 in /*) build=$1 ;; *) build=$root/$1 ;; esac
                ;;
        -D*=*) wanted="$wanted $1" ;;
        -h | --help)
                sed -n '2,8s/^# \{0,1\}//p' "$0"
                exit 0
                ;;
        *) die "unknown option $1 (--help says what there is)" ;;
        esac
        shift
done

# -- what is missing -------------------------------------------------------------------------------------------------------

has() {
        command -v "$1" > /dev/null 2>&1
}

compiles() {
        printf '#include <%s>\n' "$1" | ${CC:-cc} -E - > /dev/null 2>&1
}

# Whether there is such a package, and not one that only asks for a snap (Ubuntu's chromium): what needs it does without.
packaged() {
        has apt-cache || return 1
        case $(apt-cache policy "$1" 2> /dev/null) in
        '' | *'Candidate: (none)'* | *snap*) return 1 ;;
        esac
}

missing=
need() {        # PACKAGE TEST...
        package=$1
        shift
        "$@" || missing="$missing $package"
}

need gcc has "${CC:-cc}"
need libc6-dev compiles stdio.h
need meson has meson
need ninja-build has ninja
need pkg-config has pkg-config
need libcsv-dev compiles csv.h
need libgsl-dev compiles gsl/gsl_rng.h
need libjansson-dev compiles jansson.h
need zlib1g-dev compiles zlib.h
need libzstd-dev compiles zstd.h
if [ $tests = yes ]; then
        need check compiles check.h
        need python3 has python3
        need valgrind has valgrind
        need gzip has gzip
        need zstd has zstd
        need gnuplot-nox has gnuplot
        has chromium || ! packaged chromium || need chromium false
fi

log=$(mktemp "${TMPDIR:-/tmp}/tamis-setup.XXXXXX")
trap 'rm -f "$log"' EXIT
trap 'exit 1' HUP INT TERM

# Run quietly; show what it said when it fails.
quietly() {
        "$@" > "$log" 2>&1 && return
        cat "$log" >&2
        die "failed: $*"
}

install() {
        has apt-get || die "these are needed (by the names that Debian has for them):$*"
        as_root=
        if [ "$(id -u)" != 0 ]; then
                has sudo || die "these packages are needed, and I am not root:$*"
                as_root=sudo
        fi
        say "installing$*"
        # a list that cannot be refreshed is no reason to stop: the package may be known all the same
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update > "$log" 2>&1 || true
        # shellcheck disable=SC2086
        quietly $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $*
}

[ -z "$missing" ] || install "$missing"

# -- meson, new enough -----------------------------------------------------------------------------------------------------

new_enough() {
        has "$1" || return 1
        case $("$1" --version 2> /dev/null) in
        '' | 0.*) return 1 ;;
        esac
}

# Sets `meson`. That of the system, or one in a Python environment of the build folder's own.
find_meson() {
        meson=$build/tools-venv/bin/meson
        [ ! -x "$meson" ] || return 0
        meson=meson
        ! new_enough meson || return 0
        python3 -c 'import ensurepip' 2> /dev/null || install " python3-venv"
        say "meson is older than 1.0: fetching a newer one into $build/tools-venv"
        quietly python3 -m venv "$build/tools-venv"
        quietly env PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 "$build/tools-venv/bin/python" -m pip -q install 'meson>=1.0'
        meson=$build/tools-venv/bin/meson
}

# -- configure and build ---------------------------------------------------------------------------------------------------

# What was asked for last time is remembered, so that nothing is configured twice; tests once built stay built.
stamp=$build/setup.options
before=
[ ! -f "$stamp" ] || before=$(cat "$stamp")
case $before in *-Dtests=enabled*) tests=yes ;; esac
case $tests in
yes) wanted="-Dtests=enabled$wanted" ;;
*)
        # a folder that somebody configured by hand keeps its tests
        [ -f "$build/build.ninja" ] && [ ! -f "$stamp" ] || wanted="-Dtests=disabled$wanted"
        ;;
esac

if [ ! -f "$build/build.ninja" ]; then
        find_meson
        # shellcheck disable=SC2086
        quietly "$meson" setup $wanted "$build" "$root"
elif [ "$before" != "$wanted" ]; then
        find_meson
        # shellcheck disable=SC2086
        quietly "$meson" configure $wanted "$build"
fi
[ -z "$wanted" ] || printf '%s\n' "$wanted" > "$stamp"
quietly ninja -C "$build"
