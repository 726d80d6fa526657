# shellcheck shell=bash
# For sourcing. skip REASON...: ends a test that this machine cannot run; in CI a machine that can has to be there.
skip() {
    echo "SKIPPED: $*"
    [ "${CI:-}" != true ] || exit 1
    exit 4
}
