# shellcheck shell=bash
# shellcheck disable=SC2154 # scripts/bench, which sources this, sets the rest
# Measurements of scripts/bench: load, CPU time, memory. Sourced by it. Each appends lines of tab-separated values to a
# file in the work folder, from which report.sh makes the tables.

clock_ticks=$(getconf CLK_TCK)

# cpu_microseconds PID: user and system time of the process and its children so far, all threads.
cpu_microseconds() {
  local process fields total=0
  for process in $(family "$1"); do
    fields=$(<"/proc/$process/stat")
    # After the last parenthesis, which ends the process's name, come state (field 3) and the rest; 14 and 15 are the times.
    read -r -a fields <<<"${fields##*) }"
    total=$((total + fields[11] + fields[12]))
  done
  printf '%s\n' $((total * 1000000 / clock_ticks))
}

# memory_kib PID FIELD: VmRSS or VmHWM (its peak) of the process that does the work.
memory_kib() { awk -v field="$2:" '$1 == field { print $2 }' "/proc/$(family "$1" | tail -n 1)/status"; }

# on_load_core COMMAND...: runs it without letting it sleep (see awake.c), stdout to $work/load.
on_load_core() {
  LD_PRELOAD=$work/awake.so taskset --cpu-list "$load_core" "$@" >"$work/load" 2>"$work/load.errors" \
    || { cat "$work/load" "$work/load.errors" >&2; die "the load generator failed: $*"; }
}

# Each load_… NAME SECONDS sets requests and microseconds, and dies of any failed request.
load_http1() {
  local failed
  on_load_core wrk --threads 1 --connections 8 --duration "$2s" --latency --script "$benchmarks/post.lua" "$(url_of "$1")" -- "$review"
  read -r requests microseconds failed < <(grep '^{' "$work/load" | jq -r '"\(.requests) \(.microseconds) \(.failed)"')
  ((requests > 0 && failed == 0)) || die "${server_title[$1]}: $failed of $requests requests failed"
}

load_http2_connections() { load_http2 "$1" "$2" 8 1; }
load_http2_streams() { load_http2 "$1" "$2" 1 16; }

# load_http2 NAME SECONDS CONNECTIONS STREAMS
load_http2() {
  on_load_core h2load --threads 1 --clients "$3" --max-concurrent-streams "$4" --duration "$2" --warm-up-time 0 \
    --data "$review" --header 'content-type: application/json' "$(url_of "$1")"
  h2load_counts "$1"
  microseconds=$(($2 * 1000000))
}

# h2load_counts NAME: requests, from what h2load printed.
h2load_counts() {
  local failed
  read -r requests failed < <(awk '
    /^status codes:/ { good = $3 }
    /^requests:/ { for (i = 2; i < NF; i++) if ($(i + 1) ~ /^(failed|errored|timeout)/) bad += $i }
    END { print good + 0, bad + 0 }' "$work/load")
  ((requests > 0 && failed == 0)) || { cat "$work/load" >&2; die "${server_title[$1]}: $failed requests failed"; }
}

# measure_load FILE KIND NAME SECONDS: one round; a line "kind name us-a-request requests-a-second".
measure_load() {
  local before after requests microseconds
  before=$(cpu_microseconds "${server_pid[$3]}")
  "load_$2" "$3" "$4"
  after=$(cpu_microseconds "${server_pid[$3]}")
  awk -v OFS='\t' -v kind="$2" -v name="$3" -v cpu=$((after - before)) -v requests="$requests" -v wall="$microseconds" \
    'BEGIN { print kind, name, cpu / requests, requests * 1e6 / wall }' >>"$1"
}

# measure_memory FILE NAME REVIEWS: a fresh server; a line "name idle after peak", in KiB.
measure_memory() {
  local idle requests
  start_server "$2"
  sleep 1 # allocators and garbage collectors give back what loading took
  idle=$(memory_kib "${server_pid[$2]}" VmRSS)
  on_load_core h2load --h1 --threads 1 --clients 8 --requests "$3" --data "$review" \
    --header 'content-type: application/json' "$(url_of "$2")"
  h2load_counts "$2"
  ((requests == $3)) || die "${server_title[$2]} answered $requests of $3 reviews"
  printf '%s\t%s\t%s\t%s\n' "$2" "$idle" "$(memory_kib "${server_pid[$2]}" VmRSS)" "$(memory_kib "${server_pid[$2]}" VmHWM)" >>"$1"
  stop_server "$2"
}

# measure_start FILE NAME STARTS: a line "name milliseconds" a start.
measure_start() {
  local command milliseconds
  eval "command=(${server_command[$2]})"
  taskset --cpu-list "$load_core" "$drivers/first-answer" -server-core "$server_core" -client-core "$load_core" -starts "$3" \
    "https://127.0.0.1:${server_port[$2]}/readyz" "${command[@]}" 2>"$work/$2.start.log" \
    | while read -r milliseconds; do printf '%s\t%s\n' "$2" "$milliseconds"; done >>"$1" \
    || { tail -n 20 "$work/$2.start.log" >&2; die "${server_title[$2]} did not start"; }
}

# measure_engine FILE TITLE REVIEW ITERATIONS [ARGUMENT...]: a line "title decode judge encode", in nanoseconds.
measure_engine() {
  local file=$1 title=$2 body=$3 iterations=$4 result
  shift 4
  result=$(taskset --cpu-list "$server_core" "$server" bench "$body" --iterations "$iterations" --output json "$@") \
    || die "agentrun-admission bench $body failed"
  jq -r --arg title "$title" '[$title, .decodeNanoseconds, .judgeNanoseconds, .encodeNanoseconds] | @tsv' <<<"$result" >>"$file"
}
