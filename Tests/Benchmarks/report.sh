# shellcheck shell=bash
# shellcheck disable=SC2154 # scripts/bench, which sources this, sets the rest
# The Markdown of scripts/bench, from the files of measure.sh. Sourced by it.

# summary COLUMN DIGITS: of stdin's tab-separated column the median, and in parentheses the smallest and largest value.
summary() {
  cut -f "$1" | sort -g | awk -v digits="$2" '
    { value[NR] = $1 }
    END {
      median = NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2
      f = "%." digits "f"
      if (NR > 1) f = f " (" f "–" f ")"
      printf f, median, value[1], value[NR]
    }'
}

# numbers COLUMN: the same as a JSON object.
numbers() {
  cut -f "$1" | jq -sc 'sort | {median: (if length % 2 == 1 then .[length / 2 | floor]
    else (.[length / 2 - 1] + .[length / 2]) / 2 end), least: .[0], most: .[-1], count: length}'
}

# rows_of FILE KIND NAME: the lines of one kind of load of one server.
rows_of() { awk -F '\t' -v kind="$2" -v name="$3" '$1 == kind && $2 == name' "$1"; }

# thousands NUMBER: 100000 as 100,000, whatever the locale.
thousands() { sed -E ':again; s/([0-9])([0-9]{3})($|,)/\1,\2\3/; t again' <<<"$1"; }

# mebibytes KB, microseconds NANOSECONDS
mebibytes() { awk -v value="$1" 'BEGIN { printf "%.1f", value / 1024 }'; }
microseconds() { awk -v value="$1" 'BEGIN { printf "%.2f", value / 1000 }'; }

version_line() { "$@" 2>&1 | head -n 1; }

# machine_row WHAT TEXT
machine_row() { add_row "$(figures what="$1" is="\"$2\"")" "$1" "$2"; }

machine() {
  local model
  model=$(processor)
  begin_table machine "" ""
  machine_row processor "${model:-$(uname -m)}, $(nproc) cores; servers on core $server_core, load on core $load_core; load average before the run $load_before"
  machine_row system "$(. /etc/os-release && printf '%s' "$PRETTY_NAME"), Linux $(uname -r)"
  machine_row Swift "$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([^ ]*\).*/\1/p' | head -n 1)"
  machine_row OpenSSL "$(openssl version | cut -d ' ' -f 2)"
  machine_row nghttp2 "$(h2load --version | sed 's/.*nghttp2\///')"
  machine_row nginx "$(nginx -v 2>&1 | sed 's/.*nginx\///')"
  machine_row Go "$(go version | cut -d ' ' -f 3 | sed 's/^go//')"
  machine_row wrk "$(version_line wrk -v | cut -d ' ' -f 2)"
}

# ratios KIND NAME OTHER: how many times the CPU time of OTHER, in each round.
ratios() {
  paste <(rows_of "$work/load.tsv" "$1" "$2") <(rows_of "$work/load.tsv" "$1" "$3") | awk -F '\t' '{ print $3 / $7 }'
}

# times_of KIND NAME OTHER: the same as text, median of the rounds.
times_of() {
  [[ $2 != "$3" ]] || { printf 1; return; }
  ratios "$@" | summary 1 2
}

# load_table KIND
load_table() {
  local name rows
  begin_table "$1" server '>CPU time a request, µs' '>times nginx' '>times Go' '>requests/s'
  for name in "${server_names[@]}"; do
    rows=$(rows_of "$work/load.tsv" "$1" "$name")
    [[ -n $rows ]] || continue
    add_row "$(figures server="$name" cpuMicroseconds="$(numbers 3 <<<"$rows")" requestsPerSecond="$(numbers 4 <<<"$rows")" \
      timesNginx="$(ratios "$1" "$name" nginx | numbers 1)" timesGo="$(ratios "$1" "$name" go | numbers 1)")" \
      "${server_title[$name]}" "$(summary 3 1 <<<"$rows")" \
      "$(times_of "$1" "$name" nginx)" "$(times_of "$1" "$name" go)" "$(summary 4 0 <<<"$rows")"
  done
}

memory_table() {
  local name idle after peak
  begin_table memory server '>idle, MiB' ">after $(thousands "$reviews") reviews, MiB" '>peak, MiB'
  while IFS=$'\t' read -r name idle after peak; do
    add_row "$(figures server="$name" idleKibibytes="$idle" afterKibibytes="$after" peakKibibytes="$peak")" \
      "${server_title[$name]}" "$(mebibytes "$idle")" "$(mebibytes "$after")" "$(mebibytes "$peak")"
  done <"$work/memory.tsv"
}

start_table() {
  local name rows
  begin_table start server '>start to first answer, ms'
  for name in "${server_names[@]}"; do
    rows=$(awk -F '\t' -v name="$name" '$1 == name' "$work/start.tsv")
    add_row "$(figures server="$name" milliseconds="$(numbers 2 <<<"$rows")")" \
      "${server_title[$name]}" "$(summary 2 1 <<<"$rows")"
  done
}

engine_table() {
  local title decode judge encode
  begin_table engine review '>decode, µs' '>judge, µs' '>encode, µs'
  while IFS=$'\t' read -r title decode judge encode; do
    add_row "$(figures review="$title" decodeNanoseconds="$decode" judgeNanoseconds="$judge" encodeNanoseconds="$encode")" \
      "$title" "$(microseconds "$decode")" "$(microseconds "$judge")" "$(microseconds "$encode")"
  done <"$work/engine.tsv"
}

# tables: all of them, as parts of the result.
tables() {
  local kind
  machine
  for kind in http1 http2_connections http2_streams; do load_table "$kind"; done
  memory_table
  start_table
  engine_table
}

# table NAME: one of them for the page.
table() { print_table "$1" "$work/result.json"; }

report() {
  cat <<END
# Performance

What \`scripts/bench\` measured on $(date -u +%F), in one run; repeat it with the same command. Numbers are medians of $rounds
rounds, in parentheses the smallest and the largest; of two servers compared, of the ratios within each round. The servers take
turns within a round, each on one core with one thread, the load generator on another core. The review is the guide's
example as a kube-apiserver sends it ($(wc -c <"$review") bytes); every answer allows it.

- **agentrun-admission** decodes it, judges it with every rule on against a state of so many active runs, and answers. The first
  five rules are prompt-override, repository-allowlist, secret-allowlist, label-length and head-branch-conflict.
- **nginx** reads the body into memory and answers with fixed 400 bytes: what the transport costs without a review.
- **Go** decodes it with encoding/json into structs of what rules read, and answers without judging.

The first runs with the allocator setting of its image (deploy/Containerfile). None of them writes a log line a request. CPU
time is user and system time of the server's process. The load generator never sleeps (Tests/Benchmarks/awake.c), so that no
server pays for waking it.

$(table machine)

## HTTP/1.1 over TLS 1.3, eight kept connections

$(table http1)

## HTTP/2 over TLS 1.3, eight connections of one stream

$(table http2_connections)

## HTTP/2 over TLS 1.3, one connection of sixteen streams

$(table http2_streams)

## Memory

Resident memory of a fresh process (of nginx, its worker). The reviews all are the one above.

$(table memory)

## Start

From just before fork to the first 200 of \`/readyz\` over TLS, asked without pause; the state, where there is one, is loaded
from manifests before that.

$(table start)

## Inside a review

CPU time of the three steps alone, in a process without network.

$(table engine)
END
}
