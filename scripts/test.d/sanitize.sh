# shellcheck shell=bash
# Sourced by scripts/test: adds to its arguments what a sanitizer takes, and says which tests cannot run with it.

# The clang's runtime libraries of sanitizers come with the toolchain.
# shellcheck disable=SC2154 # scripts/test has both
arguments+=(--sanitize "$sanitizer" --scratch-path ".build-$sanitizer")
# They hold the process to the memory it has as it is shipped; a sanitizer takes several times as much.
arguments+=(--skip 'CommandTests\.(Attacks|Memory)' --skip 'What years leave behind'
  --skip 'that send and never read cost a bounded amount of memory' --skip 'costs reviews nothing when a scraper does not read')
printf 'scripts/test: without the tests of memory: Attacks, Memory, What years leave behind, one of slow clients, one of scrapers\n' >&2
# A sanitizer tells of a crash itself, in its own words.
arguments+=(--skip 'has an executable whose backtraces name functions')
# What is checked takes several times as long.
export AGENTRUN_ADMISSION_TEST_PATIENCE=${AGENTRUN_ADMISSION_TEST_PATIENCE:-10}
# What a Swift global holds is reached through pointers with tags in them, which LeakSanitizer takes for none.
export ASAN_OPTIONS="detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
if [[ $sanitizer == thread ]]; then
  # Without it every mutex that two threads wanted at once is told as a race.
  mkdir -p .build-thread
  clang -shared -fPIC -O2 -o .build-thread/mutex.so scripts/test.d/mutex.c -ldl
  export TSAN_OPTIONS="suppressions=$PWD/scripts/test.d/thread.suppressions${TSAN_OPTIONS:+:$TSAN_OPTIONS}"
  export LD_PRELOAD=$PWD/.build-thread/mutex.so
fi
