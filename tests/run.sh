#!/bin/sh
# Build and run all tests. The last line is `N passed, N failed`; the exit status is 0 when none failed.
#
#     tests/run.sh [--build FOLDER] [-DOPTION=VALUE]... [--suite NAME]...
set -u

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
build=build
suites=
options=
while [ $# -gt 0 ]; do
        case $1 in
        --build) shift; build=$1 ;;
        --suite) shift; suites="$suites --suite $1" ;;
        -D*=*) options="$options $1" ;;
        *) echo "tests/run.sh: unknown option $1" >&2; exit 2 ;;
        esac
        shift
done
case $build in /*) ;; *) build=$root/$build ;; esac

# shellcheck disable=SC2086
if ! sh "$root/tools/setup.sh" --tests --build "$build" $options; then
        echo "0 passed, 1 failed"
        exit 1
fi
meson=meson
[ ! -x "$build/tools-venv/bin/meson" ] || meson=$build/tools-venv/bin/meson
rm -f "$build/meson-logs/testlog.json"
# shellcheck disable=SC2086
"$meson" test -C "$build" --no-rebuild --print-errorlogs $suites
status=$?

python3 - "$build/meson-logs/testlog.json" $status <<'END'
import collections, json, sys

try:
  with open(sys.argv[1]) as log:
    results = collections.Counter(json.loads(line)["result"] for line in log)
except OSError:
  results = collections.Counter()
passed = results["OK"] + results["EXPECTEDFAIL"]
skipped = results["SKIP"] + results["IGNORED"]
failed = sum(results.values()) - passed - skipped
if failed == 0 and (sys.argv[2] != "0" or passed == 0):
  failed = 1            # it did not get as far as a test
if skipped:
  print("%d skipped" % skipped)
print("%d passed, %d failed" % (passed, failed))
sys.exit(failed > 0)
END
