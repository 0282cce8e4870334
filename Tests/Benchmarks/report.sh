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

# rows_of FILE KIND NAME: the lines of one kind of load of one server.
rows_of() { awk -F '\t' -v kind="$2" -v name="$3" '$1 == kind && $2 == name' "$1"; }

# thousands NUMBER: 100000 as 100,000, whatever the locale.
thousands() { sed -E ':again; s/([0-9])([0-9]{3})($|,)/\1,\2\3/; t again' <<<"$1"; }

# mebibytes KB, microseconds NANOSECONDS
mebibytes() { awk -v value="$1" 'BEGIN { printf "%.1f", value / 1024 }'; }
microseconds() { awk -v value="$1" 'BEGIN { printf "%.2f", value / 1000 }'; }

version_line() { "$@" 2>&1 | head -n 1; }

machine() {
  local model
  model=$(processor)
  table_head "" ""
  table_row processor "${model:-$(uname -m)}, $(nproc) cores; servers on core $server_core, load on core $load_core; load average before the run $load_before"
  table_row system "$(. /etc/os-release && printf '%s' "$PRETTY_NAME"), Linux $(uname -r)"
  table_row Swift "$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([^ ]*\).*/\1/p' | head -n 1)"
  table_row OpenSSL "$(openssl version | cut -d ' ' -f 2)"
  table_row nghttp2 "$(h2load --version | sed 's/.*nghttp2\///')"
  table_row nginx "$(nginx -v 2>&1 | sed 's/.*nginx\///')"
  table_row Go "$(go version | cut -d ' ' -f 3 | sed 's/^go//')"
  table_row wrk "$(version_line wrk -v | cut -d ' ' -f 2)"
}

# times_of KIND NAME OTHER: how many times the CPU time of OTHER, median of the rounds.
times_of() {
  [[ $2 != "$3" ]] || { printf 1; return; }
  paste <(rows_of "$work/load.tsv" "$1" "$2") <(rows_of "$work/load.tsv" "$1" "$3") | awk -F '\t' '{ print $3 / $7 }' | summary 1 2
}

# load_table KIND
load_table() {
  local name rows
  table_head server '>CPU time a request, µs' '>times nginx' '>times Go' '>requests/s'
  for name in "${server_names[@]}"; do
    rows=$(rows_of "$work/load.tsv" "$1" "$name")
    [[ -n $rows ]] || continue
    table_row "${server_title[$name]}" "$(summary 3 1 <<<"$rows")" \
      "$(times_of "$1" "$name" nginx)" "$(times_of "$1" "$name" go)" "$(summary 4 0 <<<"$rows")"
  done
}

memory_table() {
  local name idle after peak
  table_head server '>idle, MiB' ">after $(thousands "$reviews") reviews, MiB" '>peak, MiB'
  while IFS=$'\t' read -r name idle after peak; do
    table_row "${server_title[$name]}" "$(mebibytes "$idle")" "$(mebibytes "$after")" "$(mebibytes "$peak")"
  done <"$work/memory.tsv"
}

start_table() {
  local name
  table_head server '>start to first answer, ms'
  for name in "${server_names[@]}"; do
    table_row "${server_title[$name]}" \
      "$(awk -F '\t' -v name="$name" '$1 == name' "$work/start.tsv" | summary 2 1)"
  done
}

engine_table() {
  local title decode judge encode
  table_head review '>decode, µs' '>judge, µs' '>encode, µs'
  while IFS=$'\t' read -r title decode judge encode; do
    table_row "$title" "$(microseconds "$decode")" "$(microseconds "$judge")" "$(microseconds "$encode")"
  done <"$work/engine.tsv"
}

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

$(machine)

## HTTP/1.1 over TLS 1.3, eight kept connections

$(load_table http1)

## HTTP/2 over TLS 1.3, eight connections of one stream

$(load_table http2_connections)

## HTTP/2 over TLS 1.3, one connection of sixteen streams

$(load_table http2_streams)

## Memory

Resident memory of a fresh process (of nginx, its worker). The reviews all are the one above.

$(memory_table)

## Start

From just before fork to the first 200 of \`/readyz\` over TLS, asked without pause; the state, where there is one, is loaded
from manifests before that.

$(start_table)

## Inside a review

CPU time of the three steps alone, in a process without network.

$(engine_table)
END
}
