# shellcheck shell=bash
# Shared by the scripts beside it: messages, and what has to be installed before they can work.
# Sourced, never run. Everything here writes to stderr, so a script's stdout stays its result.

minimum_swift=6.3

# Daemons such as nginx live in sbin, which an ordinary user's PATH lacks on Debian.
PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s\n' "$*" >&2; }

die() {
  say "${0##*/}: $*"
  exit 2
}

# The packages the scripts may ask for: name | what proves it is there | why it is needed.
# A proof is a shared library (lib….so.N), a header (….h, looked for where compilers do), a file (with a slash), or else a
# command; so a machine without apt works as long as it has the things themselves.
package_catalogue='
bolt-22|llvm-bolt-22|to lay out the code of the executable
ca-certificates|/etc/ssl/certs/ca-certificates.crt|to fetch the Swift dependencies over https
chromium|chromium|to look at the page that check --output html makes
curl|curl|to talk to the server, over HTTP/1.1 and HTTP/2
g++|c++|the C library, its headers and the linker Swift links with
git|git|to fetch the Swift dependencies
golang-go|go|to build load generators, and the Go server the benchmark compares with
jq|jq|to read and print JSON
kubernetes-client|kubectl|to render the manifests, and to apply the fixes that explain prints
libcurl4|libcurl.so.4|the Swift toolchain needs it
libedit2|libedit.so.2|the Swift toolchain needs it
libncurses6|libncurses.so.6|the Swift toolchain needs it
libnghttp2-dev|nghttp2/nghttp2.h|the HTTP/2 library the server links with
libsqlite3-0|libsqlite3.so.0|the Swift toolchain needs it
libssl-dev|openssl/ssl.h|the TLS library the server links with
libxml2|libxml2.so.2|the Swift toolchain needs it
libyaml-dev|yaml.h|the YAML library the server links with
nghttp2-client|h2load|HTTP/2 test client and load generator
nginx-light|nginx|the fixed answer the benchmark compares with
openssl|openssl|to make and inspect certificates
pkg-config|pkg-config|to find the C libraries
python3|python3|to take out of the executable what nothing reads, and to draw what a terminal was sent
python3-pip|pip3|to install the library of Helm that renders the chart
time|/usr/bin/time|to measure time and memory of a command
wrk|wrk|HTTP/1.1 load generator
'

# is_present PROOF: whether what a catalogue line asks for is there.
is_present() {
  case $1 in
    lib*.so.*) ! command -v ldconfig >/dev/null || [[ $(ldconfig -p) == *"$1 "* ]] ;;
    /*) [[ -e $1 ]] ;;
    *.h) [[ -e /usr/include/$1 || -e /usr/local/include/$1 ]] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# need_packages NAME...: installs those of the named packages that are missing, and says which and why; with no_install=true in the
# environment it ends there.
need_packages() {
  local name proof reason line missing=() reasons=()
  for name in "$@"; do
    line=$(awk -F '|' -v name="$name" '$1 == name' <<<"$package_catalogue")
    [[ -n $line ]] || die "no package $name in the catalogue of scripts/lib.sh"
    IFS='|' read -r _ proof reason <<<"$line"
    if ! is_present "$proof"; then
      missing+=("$name")
      reasons+=("$(printf '  %-16s %s' "$name" "$reason")")
    fi
  done
  if ((${#missing[@]})); then
    say "Missing packages:"
    printf '%s\n' "${reasons[@]}" >&2
    if [[ ${no_install-} == true ]]; then
      die "nothing is installed with --no-install; install what provides these, with apt-get for example: ${missing[*]}"
    fi
    install_packages "${missing[@]}"
  fi
}

# install_packages NAME...: apt-get, as root or through sudo. Its output is shown only if it fails.
install_packages() {
  local as_root=(env) log
  command -v apt-get >/dev/null \
    || die "no apt-get here (not Debian or Ubuntu); install what provides these: $*, and run this again"
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "neither root nor sudo; run as root: apt-get update && apt-get install -y $*"
    as_root=(sudo env)
  fi
  say "Installing them with apt-get ..."
  log=$(mktemp)
  if ! {
    "${as_root[@]}" apt-get update \
      && "${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
  } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "apt-get could not install $* (its last lines are above); check the network and /etc/apt/sources.list"
  fi
  rm -f "$log"
}

# need_swift: a toolchain on the path that is new enough.
need_swift() {
  local how version
  how="install Swift $minimum_swift or newer as https://www.swift.org/install/linux/ says and put its usr/bin on the PATH"
  command -v swift >/dev/null || die "no swift on the PATH; $how"
  need_packages libcurl4 libedit2 libncurses6 libsqlite3-0 libxml2
  version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+(\.[0-9]+)*).*/\1/p' | head -n 1)
  [[ -n $version ]] || die "swift is on the PATH but 'swift --version' does not work; $how"
  [[ $(printf '%s\n' "$minimum_swift" "$version" | sort -V | head -n 1) == "$minimum_swift" ]] \
    || die "Swift $version is too old; $how"
}

# need_helm: Helm as a Python library, from PyPI, in .build/helm; sets helm_python, the command that runs with it. False where there
# is none for this machine.
need_helm() {
  local folder=$PWD/.build/helm wanted=$PWD/scripts/chart.d/requirements.txt
  # shellcheck disable=SC2034 # for whoever sources this
  helm_python=(env "PYTHONPATH=$folder" PYTHONDONTWRITEBYTECODE=1 python3)
  [[ $(uname -sm) == 'Linux x86_64' ]] || return 1
  if ! cmp --silent "$wanted" "$folder/requirements.txt"; then
    need_packages python3-pip
    say "Installing Helm's library from PyPI ..."
    rm -rf "$folder"
    mkdir -p "$folder"
    python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
      --requirement "$wanted" --target "$folder" 2>"$folder.log" \
      || { cat "$folder.log" >&2; die "pip could not install what scripts/chart.d/requirements.txt names"; }
    cp "$wanted" "$folder/requirements.txt"
  fi
}

# image_tool: what builds images here: podman, docker or buildah, the first that works; fails if none does. A client whose daemon does
# not run builds nothing.
image_tool() {
  local tool
  for tool in podman docker buildah; do
    if command -v "$tool" >/dev/null && "$tool" info >/dev/null 2>&1; then
      printf '%s\n' "$tool"
      return
    fi
  done
  return 1
}

# How production executables are compiled: whatever builds one uses these, so that what they have in common is compiled once.
# Measured with fixed answers to a TLS 1.3 POST of 4 KB: 17 us of CPU time a request without cross-module optimisation, with the
# checks and a dynamic Swift runtime, 14.5 us with these.
# shellcheck disable=SC2034 # scripts that source this use it
release_flags=(
  --configuration release
  # Lets the optimiser specialise and inline across module borders: NIO's generic pipeline, our JSON reader.
  -Xswiftc -cross-module-optimization
  # Drops the run-time checks for overlapping access, on every field of a class on the request path. The tests run with
  # the checks on, and Swift 6 proves most accesses at compile time.
  -Xswiftc -enforce-exclusivity=unchecked
  # No calls through the procedure linkage table into libswiftCore, and an image without a Swift runtime.
  --static-swift-stdlib
  # A section for each function: the linker leaves out those that nobody calls.
  -Xswiftc -Xfrontend -Xswiftc -function-sections
  -Xswiftc -use-ld=lld
)

# need_build_tools: everything `swift build` needs.
need_build_tools() {
  need_swift
  need_packages ca-certificates g++ git libnghttp2-dev libssl-dev libyaml-dev pkg-config
}

# given FLAG ARGUMENT...: whether the flag is among the arguments.
given() {
  local flag=$1 argument
  shift
  for argument; do
    if [[ $argument == "$flag" || $argument == "$flag="* ]]; then return 0; fi
  done
  return 1
}

# build_driver FOLDER...: the Go programs of these folders of Tests, in $drivers under their folders' names.
drivers=$PWD/.build/drivers
build_driver() { (cd Tests && GOTOOLCHAIN=local GOFLAGS=-mod=mod go build -o "$drivers/" "${@/#/./}"); }

# run_driver RESULT NAME ARGUMENT...: runs one of them, whose stdout goes into the file, and ends it when this script is ended.
run_driver() {
  local result=$1 name=$2 driver status=0
  shift 2
  "$drivers/$name" "$@" >"$result" &
  driver=$!
  # shellcheck disable=SC2064 # the driver of now is meant
  trap "kill $driver 2>/dev/null; wait $driver; exit 143" INT TERM
  wait "$driver" || status=$?
  trap - INT TERM
  return "$status"
}

# build_fake_apiserver: builds the API server of the tests for production, and prints its path.
build_fake_apiserver() {
  local flags=("${release_flags[@]}" --product fake-apiserver)
  swift build "${flags[@]}" >&2
  printf '%s/fake-apiserver\n' "$(swift build "${flags[@]}" --show-bin-path)"
}

# usage: the comment at the head of the running script, as help.
usage() {
  awk 'NR == 1 { next } !/^#/ { exit } { sub(/^# ?/, ""); print }' "$0"
}

# free_port: a TCP port nobody listens on, below the range the kernel hands out to outgoing connections.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  printf '%s\n' "$port"
}

# wait_until_ready PID URL SECONDS: returns when URL answers 200; fails when the process ends or the time is over.
# A self-made certificate is accepted: whoever wants it checked does so with the requests that count.
wait_until_ready() {
  local deadline=$((SECONDS + $3))
  until curl --silent --insecure --noproxy '*' --fail --max-time 2 --output /dev/null "$2"; do
    kill -0 "$1" 2>/dev/null && ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

# stop_process PID: asks it to end, and makes it after ten seconds.
stop_process() {
  local deadline=$((SECONDS + 10))
  kill "$1" 2>/dev/null || return 0
  while kill -0 "$1" 2>/dev/null; do
    if ((SECONDS >= deadline)); then
      kill -KILL "$1" 2>/dev/null || true
      break
    fi
    sleep 0.02
  done
  wait "$1" 2>/dev/null || true
}

# --- Figures, and the tables of the documents ---------------------------------------------------------------------------

# table_head COLUMN...: begins a Markdown table; a column that begins with > is of numbers, without the >.
table_head() {
  local column heads='|' rules='|'
  for column; do
    heads+=" ${column#>} |"
    if [[ $column == '>'* ]]; then rules+='--:|'; else rules+='---|'; fi
  done
  printf '%s\n' "${heads//  / }" "$rules"
}

# table_row CELL...: a line of it.
table_row() {
  local cell row='|'
  for cell; do row+=" $cell |"; done
  printf '%s\n' "$row"
}

# A script makes a result of the same form as the drivers': an object with a table by each name, which has columns, rows, and as
# figures what the rows say in numbers. Its parts are lines of the file $result_parts until they are joined.

# begin_table NAME COLUMN...: begins a table; columns as of table_head.
begin_table() {
  result_table=$1
  shift
  # shellcheck disable=SC2016 # variables of jq
  jq -nc --arg table "$result_table" '{$table, columns: $ARGS.positional}' --args -- "$@" >>"${result_parts:?}"
}

# add_row FIGURES CELL...: a line of the table begun last; FIGURES is a JSON object of what its cells say.
add_row() {
  local figures=$1
  shift
  # shellcheck disable=SC2016 # variables of jq
  jq -nc --arg table "$result_table" --argjson figures "$figures" '{$table, $figures, row: $ARGS.positional}' \
    --args -- "$@" >>"$result_parts"
}

# join_parts: the whole result.
join_parts() {
  # shellcheck disable=SC2016 # variables of jq
  jq -s 'reduce .[] as $part ({}; if $part.columns
    then .[$part.table] = {columns: $part.columns, rows: [], figures: []}
    else .[$part.table] |= (.rows += [$part.row] | .figures += [$part.figures]) end)' "$result_parts"
}

# figures KEY=VALUE...: a JSON object; a value that is no JSON is a text.
figures() {
  # shellcheck disable=SC2016 # variables of jq
  jq -nc '[$ARGS.positional[] | capture("^(?<key>[^=]+)=(?<text>.*)$"; "s")
    | {key, value: (.text as $text | try ($text | fromjson) catch $text)}] | from_entries' --args -- "$@"
}

# need_format FORMAT: dies of one that print_result does not know, before anything is measured.
need_format() { [[ $1 == json || $1 == markdown ]] || die "--output is json or markdown, not $1"; }

# print_table NAME FILE: one table of a result.
print_table() { jq --arg name "$1" '.[$name]' "$2" | print_result markdown /dev/stdin; }

# print_result FORMAT FILE: a driver's result, as it is (json) or the tables in it (markdown).
print_result() {
  need_format "$1"
  case $1 in
    json) cat "$2" ;;
    markdown)
      eval "$(jq -r '[.. | objects | select(has("columns") and has("rows"))] | to_entries[]
        | (select(.key > 0) | "echo"), "table_head \(.value.columns | @sh)", (.value.rows[] | "table_row \(@sh)")' "$2")"
      ;;
  esac
}

# put_tables DOCUMENT: Markdown tables of stdin in place of those of the document whose heads are the same up to the first comma.
put_tables() {
  local document=$1 changed
  changed=$(mktemp)
  awk -v document="$document" '
    function key(line) { sub(/^\| /, "", line); sub(/[,|].*/, "", line); return line }
    FNR == 1 { file++ }
    file == 1 && /^\|/ { if (!inside) name = key($0); text[name] = text[name] $0 "\n" }
    file == 2 && /^\|/ && !inside { replaced = key($0) in text; if (replaced) { printf "%s", text[key($0)]; delete text[key($0)] } }
    file == 2 && !(/^\|/ && replaced) { print }
    { inside = /^\|/ }
    END { for (name in text) { print "no table of " document " begins with | " name >"/dev/stderr"; status = 1 } exit status }
  ' - "$document" >"$changed" || { rm -f "$changed"; die "$document stays as it was"; }
  cat "$changed" >"$document"
  rm -f "$changed"
  say "Wrote $document"
}

# processor: its name as the system tells it.
processor() { sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1; }

# cpu_of PID: hundredths of a second of CPU time the process has used so far.
cpu_of() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

# resident_of PID, peak_of PID: KB of memory that are the process's now, and that ever were at once.
resident_of() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }
peak_of() { awk '/^VmHWM/ { print $2 }' "/proc/$1/status"; }

# megabytes KB [DIGITS]: in millions of bytes.
megabytes() { awk -v value="$1" -v digits="${2-1}" 'BEGIN { printf "%." digits "f", value * 1024 / 1e6 }'; }

# share_of_core HUNDREDTHS SECONDS [DIGITS]: of one core, in percent.
share_of_core() { awk -v used="$1" -v seconds="$2" -v digits="${3-0}" 'BEGIN { printf "%." digits "f%%", used / seconds }'; }

# latencies_of FILE QUANTILE...: what apiserver-client measured, in ms, the quantiles by their names there: p50, p99, max.
latencies_of() {
  local file=$1 filter
  shift
  printf -v filter '\(.%s) / ' "$@"
  jq -r ".callMilliseconds | \"${filter% / } ms\"" "$file"
}
