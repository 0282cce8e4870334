# shellcheck shell=bash
# Sourced by scripts/test: adds to its arguments what a sanitizer takes, and says which tests cannot run with it.

# The clang's runtime libraries of sanitizers come with the toolchain.
# shellcheck disable=SC2154 # scripts/test has both
arguments+=(--sanitize "$sanitizer" --scratch-path ".build-$sanitizer")
